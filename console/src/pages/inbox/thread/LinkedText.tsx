const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'»])/g;

/** A text in which addresses of the web can be followed. */
export function LinkedText({ text }: { text: string }) {
  return text.split(ADDRESS).map((part, index) =>
    index % 2 === 1 ? (
      <a key={index} href={part} target="_blank" rel="noreferrer noopener nofollow">
        {part}
      </a>
    ) : (
      part
    ),
  );
}

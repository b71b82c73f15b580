/** What programs that tests start have of the tests' own environment: where others are found, and what Node has compiled already. */
export const inherited = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
};

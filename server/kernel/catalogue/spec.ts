/** One error of the catalogue: its status and its sentence, which says what to do next. */
export interface ErrorSpec {
  status: number;
  en: string;
  fr: string;
}

// A reporter for npm test: how many errors happened outside of tests, which Vitest's own results do not say.
import { writeFileSync } from 'node:fs';

export default class Unhandled {
  onTestRunEnd(_modules, errors) {
    writeFileSync(process.env.UNHANDLED_FILE, String(errors.length));
  }
}

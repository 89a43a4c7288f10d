// Types and lint rules: what `npm test` checks before it runs the tests.
import { checkTypes, lint } from './tools.ts'

checkTypes()
lint()

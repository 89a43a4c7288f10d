// Prints a policy of deployer.yaml for a tool that reads policies: `node scripts/launch.cjs test/support/print-policy.ts Policy`.
import { statementsOf } from './iam.ts'

const Statement = statementsOf(process.argv[2] as 'Policy')
console.log(JSON.stringify({ Version: '2012-10-17', Statement }))

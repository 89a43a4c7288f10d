// Prints a policy of deployer.yaml for a tool that reads policies.
import { statementsOf } from '../operate/test/support/iam.ts'

const Statement = statementsOf(process.argv[2] as 'Policy' | 'Boundary')
console.log(JSON.stringify({ Version: '2012-10-17', Statement }))

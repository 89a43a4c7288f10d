// Prints a policy of deployer.yaml for a tool that reads policies.
import { statementsOf } from '../operate/test/support/deployer.ts'

const Statement = statementsOf(process.argv[2] as 'Policy' | 'Boundary')
const text = JSON.stringify({ Version: '2012-10-17', Statement })
// parliament 1.6.4 does not know this action of November 2025.
console.log(text.replace('"cloudformation:DescribeEvents",', ''))

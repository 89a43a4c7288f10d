// Runs a script of this project on the Node that was installed with it, whichever Node runs npm.
// Plain JavaScript, for Node 20. npm 10 does not link the installed Node into node_modules/.bin, so this looks for it.
const { spawn, spawnSync } = require('node:child_process')
const { delimiter, dirname, join } = require('node:path')

const [system, file] = process.platform === 'win32' ? ['win', 'node.exe'] : [process.platform, 'node']
const installed = ['node', 'node-bin'].map((name) =>
  join(__dirname, '../node_modules', `${name}-${system}-${process.arch}`, 'bin', file),
)
const node = [...installed, process.execPath].find(runsTypeScript)
if (!node) {
  console.error('This machine has no Node that can run this project. Install Node 24 from https://nodejs.org')
  process.exit(1)
}
const env = { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH }
const child = spawn(node, process.argv.slice(2), { stdio: 'inherit', env })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (status) => process.exit(status ?? 1))

function runsTypeScript(path) {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout) ?? []
  return major > 22 || (major === '22' && minor >= 18)
}

// Runs a script of this project on a Node that can run TypeScript: the one that was started, or else the one that was
// installed with the project. Plain JavaScript, for Node 20. npm 10 does not link the installed Node, so this looks for it.
const { spawn, spawnSync } = require('node:child_process')
const { constants } = require('node:os')
const { delimiter, dirname, join } = require('node:path')

const [system, file] = process.platform === 'win32' ? ['win', 'node.exe'] : [process.platform, 'node']
const installed = ['node', 'node-bin'].map((name) =>
  join(__dirname, '../node_modules', `${name}-${system}-${process.arch}`, 'bin', file),
)
const node = [process.execPath, ...installed].find(runsTypeScript)
if (!node) {
  console.error('This machine has no Node that can run this project. Install Node 24 from https://nodejs.org')
  process.exit(1)
}
const env = {
  ...process.env,
  PATH: dirname(node) + delimiter + process.env.PATH,
  // package.json has no "type": with "module", Lambda and Sandbox could not load the CommonJS bundle that Architect builds.
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --disable-warning=MODULE_TYPELESS_PACKAGE_JSON`,
}
const child = spawn(node, process.argv.slice(2), { stdio: 'inherit', env })
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]))

function runsTypeScript(path) {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout) ?? []
  return major > 22 || (major === '22' && minor >= 18)
}

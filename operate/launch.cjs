// Runs a script of this project on a Node that can run TypeScript: the one that was started, or else the one that was
// installed with the project. Plain JavaScript, for Node 20. npm 10 does not link the installed Node, so this looks for it.
const { spawn, spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { constants } = require('node:os')
const { delimiter, dirname, join } = require('node:path')

const modules = join(__dirname, '../node_modules')
if (!existsSync(join(modules, '@architect/functions'))) stop('The packages are missing. Run this first:\n  npm ci')
if (!existsSync(join(modules, 'typescript')))
  stop('The development packages are missing. Run this first:\n  npm ci --include=dev')

const [system, file] = process.platform === 'win32' ? ['win', 'node.exe'] : [process.platform, 'node']
const installed = ['node', 'node-bin'].map((name) => join(modules, `${name}-${system}-${process.arch}`, 'bin', file))
const node = [process.execPath, ...installed].find(runsTypeScript)
if (!node) stop('This machine has no Node that can run this project. Install Node 24 from https://nodejs.org')

const { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = process.env
const env = {
  ...process.env,
  // Without a terminal, Architect would write escape sequences. It does not know NO_COLOR.
  ...(!process.stdout.isTTY && { CI: 'true' }),
  ...(process.env.NO_COLOR && { NO_COLOR: undefined, FORCE_COLOR: '0' }),
  // For the smoke test. A proxy is never asked for this machine.
  ...((HTTPS_PROXY || https_proxy) && {
    NODE_USE_ENV_PROXY: '1',
    NO_PROXY: [NO_PROXY ?? no_proxy, 'localhost', '127.0.0.1'].filter(Boolean).join(),
  }),
  PATH: dirname(node) + delimiter + process.env.PATH,
  // package.json has no "type": with "module", Lambda and Sandbox could not load the CommonJS bundle that Architect builds.
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --disable-warning=MODULE_TYPELESS_PACKAGE_JSON`,
}
// The channel closes if this process is killed. Then the script ends, too: operate/test/start-test.ts kills it.
const endWithParent = `process.on('disconnect', () => process.kill(process.pid, 'SIGTERM')); process.channel?.unref()`
const args = ['--import', `data:text/javascript,${encodeURIComponent(endWithParent)}`, ...process.argv.slice(2)]
const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
// A killed npm passes no signal on, and the shell between them may live on.
const { ppid } = process
const { npm_lifecycle_event: isOfNpm } = process.env
const parent = isOfNpm && spawnSync('ps', ['-o', 'ppid=,comm=', '-p', `${ppid}`], { encoding: 'utf8' }).stdout
const starter = Number(/^\s*(\d+) .*sh\s*$/.exec(parent || '')?.[1] ?? ppid)
setInterval(() => (process.ppid !== ppid || !isAlive(starter)) && child.kill('SIGTERM'), 250).unref()
child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]))

function runsTypeScript(path) {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout) ?? []
  // Node 23 could from 23.6 on. https://nodejs.org/api/typescript.html
  return major > 23 || (major === '23' && minor >= 6) || (major === '22' && minor >= 18)
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch ({ code }) {
    return code === 'EPERM'
  }
}

function stop(message) {
  console.error(message)
  process.exit(1)
}

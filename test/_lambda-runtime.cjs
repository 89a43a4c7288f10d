// CommonJS, as Lambda's own loader is: it keeps the time that a bundle takes to load free of the ESM loader's.
const { log } = console
let logged
console.log = (line) => {
  logged = line
  log(line)
}
const started = performance.now()
const { handler } = require(process.argv[2])
process.send({ load: performance.now() - started })
process.on('message', async (event) => {
  logged = undefined
  const began = performance.now()
  const answer = await handler(event, {})
  process.send({ answer, ms: performance.now() - began, logged })
})

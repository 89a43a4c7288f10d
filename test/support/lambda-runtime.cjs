// CommonJS, like Lambda's own loader. The ESM loader would add to the time that a bundle takes to load.
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
  const ms = performance.now() - began
  // Only if a test asks for it: the next sign-up would be slower, and the bench would measure that.
  if (process.env.COLLECT_GARBAGE) global.gc()
  process.send({ answer, ms, heapUsed: process.memoryUsage().heapUsed, logged })
})

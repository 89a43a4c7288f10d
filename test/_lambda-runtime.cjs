// CommonJS, as Lambda's own loader is: it keeps the time that a bundle takes to load free of the ESM loader's.
const started = process.hrtime.bigint()
const { handler } = require(process.argv[2])
process.send({ load: Number(process.hrtime.bigint() - started) / 1e6 })
process.on('message', async (event) => process.send(await handler(event, {})))

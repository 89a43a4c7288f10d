// How a handler becomes the one file that Lambda loads: every byte is paid for at each cold start.

/** Loaded with @architect/functions though only its tables are used, and an XML parser though DynamoDB answers in JSON. */
const UNUSED =
  /[\\/](@architect[\\/]functions[\\/]src[\\/]((http|static|ws|events)[\\/]index|tables[\\/](old|legacy))|@aws-lite[\\/]client[\\/]src[\\/]_vendor[\\/]xml)\.js$/

const leaveOutUnused = {
  name: 'leave-out-unused',
  setup(build) {
    build.onLoad({ filter: UNUSED }, () => ({ contents: 'module.exports = () => {}' }))
  },
}

module.exports = {
  target: 'node24',
  minify: true,
  legalComments: 'none',
  plugins: [leaveOutUnused],
  // The try-it page of Sandbox.
  loader: { '.html': 'text' },
  external: ['@aws-sdk/*', 'aws-sdk/*', '@smithy/*', '@aws-lite/ssm'],
}

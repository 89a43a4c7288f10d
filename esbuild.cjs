// How a handler becomes the one file that Lambda loads. Every byte costs time at each cold start.

/** DynamoDB answers in JSON, so the XML parser of the AWS client is never called: an empty module replaces it. */
const leaveOutXmlParser = {
  name: 'leave-out-xml-parser',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-lite[\\/]client[\\/]src[\\/]_vendor[\\/]xml\.js$/ }, () => ({
      contents: 'module.exports = {}',
    }))
  },
}

module.exports = {
  target: 'node24',
  minify: true,
  legalComments: 'none',
  plugins: [leaveOutXmlParser],
  // The local page.
  loader: { '.html': 'text' },
  // `tables({ awsSdkClient: true })` would load these. This app does not use it.
  external: ['@aws-sdk/*', 'aws-sdk/*', '@smithy/*'],
}

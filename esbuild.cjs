const { readFileSync } = require('node:fs')
const { join } = require('node:path')

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

/** src/shared/database.ts decides how often a call is sent. The AWS client would send it six times, and
 * `@architect/functions` does not pass on its option, so a module around the client does. */
const turnOffRetries = {
  name: 'turn-off-retries',
  setup(build) {
    const namespace = 'without-retries'
    build.onResolve({ filter: /^@aws-lite\/client$/ }, ({ namespace: importer, resolveDir }) =>
      importer === namespace ? undefined : { path: 'client', namespace, pluginData: resolveDir },
    )
    build.onLoad({ filter: /.*/, namespace }, ({ pluginData: resolveDir }) => ({
      contents: `const client = require('@aws-lite/client')
        module.exports = (config) => client({ ...config, retries: 0 })`,
      resolveDir,
    }))
  },
}

/** `file.ts?script` is the text of that file as JavaScript, for the local page. */
const compileScripts = {
  name: 'compile-scripts',
  setup(build) {
    const namespace = 'script'
    build.onResolve({ filter: /\?script$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace('?script', '')),
      namespace,
    }))
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: build.esbuild.transformSync(readFileSync(path, 'utf8'), { loader: 'ts', target: 'es2020' }).code,
      loader: 'text',
    }))
  },
}

module.exports = {
  target: 'node24',
  minify: true,
  legalComments: 'eof',
  plugins: [leaveOutXmlParser, turnOffRetries, compileScripts],
  // The local page and the contract, which are never deployed.
  loader: { '.html': 'text', '.css': 'text', '.yaml': 'text' },
  // `tables({ awsSdkClient: true })` and `arc.services()` would load these. This app uses neither.
  external: ['@aws-sdk/*', 'aws-sdk/*', '@smithy/*', '@aws-lite/ssm'],
}

// How a handler becomes the one file that Lambda loads: every byte is paid for at each cold start.

/** @architect/functions loads its sessions, queues and sockets with its tables; only the tables are used here. */
const onlyTables = {
  name: 'only-tables',
  setup(build) {
    const unused = /^\.\/(http|static|ws|events)$/
    build.onResolve({ filter: unused }, ({ path, importer }) =>
      /@architect[\\/]functions[\\/]src[\\/]index\.js$/.test(importer)
        ? { path, namespace: 'unused' }
        : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = () => {}' }))
  },
}

module.exports = {
  target: 'node24',
  minify: true,
  legalComments: 'none',
  plugins: [onlyTables],
  // The try-it page of Sandbox.
  loader: { '.html': 'text' },
  external: ['@aws-sdk/*', 'aws-sdk/*', '@smithy/*', '@aws-lite/ssm'],
}

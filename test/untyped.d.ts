declare module 'tiny-json-http'

declare module 'tiny-json-http'
declare module '@architect/deploy'

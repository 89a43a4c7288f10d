declare module 'dynalite'
declare module 'tiny-json-http'

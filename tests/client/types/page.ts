/* As a script of a page sees them, with the client from a script tag: `io` is a global. */
/// <reference types="@sails-c/client" />
io.socket.get('/x', (body, jwr) => jwr.error)
io.sails.autoConnect = false

// Where Sails for C differs from Sails in Node.js on purpose.
//
// An entry excuses lines of one dialogue's difference: "- " Node.js, "+ " C. One that excuses nothing
// fails the tests. D numbers: sails-sockets, section 12.
export const decisions = []

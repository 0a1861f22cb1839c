/* What a request is answered with: a "JSON WebSocket response". */
export class JWR {
  constructor ({ body, headers = {}, statusCode, status = 200 }, error = null) {
    this.body = body
    this.headers = headers
    // Sails on Node reports a malformed request as a bare error object, whose status has this name.
    this.statusCode = statusCode === undefined ? status : statusCode
    this.error = error
    if (!error && (this.statusCode < 200 || this.statusCode >= 400)) {
      this.error = new Error(`The server answered with status ${this.statusCode}` +
        (body === undefined ? '' : `: ${JSON.stringify(body)}`))
    }
  }

  toString () {
    return `[ResponseFromSails]  -- Status: ${this.statusCode}` +
      `  -- Headers: ${JSON.stringify(this.headers)}  -- Body: ${JSON.stringify(this.body)}`
  }

  toPOJO () {
    return { body: this.body, headers: this.headers, statusCode: this.statusCode }
  }

  pipe () {
    return new Error('A JWR is no stream; its whole body is in `jwr.body`')
  }
}

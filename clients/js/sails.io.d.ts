/** The socket client of Sails for C; the API of sails.io.js 1.2. */
export = io
export as namespace io

/** Returns itself, so that `require('sails.io.js')(require('socket.io-client'))` keeps working. */
declare function io (ignored?: unknown): typeof io

declare namespace io {
  /** Defaults of all sockets, and the way to open further ones. */
  const sails: Sails

  /** The eager socket. Gone one tick after loading if `io.sails.autoConnect` is false. */
  const socket: SailsSocket

  type Headers = Record<string, string | undefined>
  type Callback<Body = any> = (body: Body, jwr: JWR<Body>) => void
  type DisconnectReason =
    'transport close' | 'transport error' | 'ping timeout' | 'parse error' |
    'io server disconnect' | 'io client disconnect'

  interface Settings {
    /** Default in a page: the server that the page came from. */
    url?: string
    /** Default '/socket.io'. */
    path?: string
    /** Added to the handshake's query, as text: 'token=abc&x=1'. */
    query?: string
    /** Sent with every request; may be changed at any time. */
    headers?: Headers
    /** Sent with the handshake; Node only. */
    initialConnectionHeaders?: Record<string, string>
    /** Node only: false accepts any TLS certificate. */
    rejectUnauthorized?: boolean
    /** Must contain 'websocket', the only transport there is. */
    transports?: string[]
    /** Without effect: sockets never share a connection here. */
    multiplex?: boolean
    /** Pages of another origin: true is '/__getcookie', text another route, false none. */
    useCORSRouteToGetCookie?: boolean | string
    /** Milliseconds until an attempt to connect is given up; default 20000. */
    timeout?: number
    /** Default false, as in Sails 1.x. */
    reconnection?: boolean
    /** Default Infinity. */
    reconnectionAttempts?: number
    /** Milliseconds before the first attempt, doubled for each further one; default 1000. */
    reconnectionDelay?: number
    /** Default 5000. */
    reconnectionDelayMax?: number
    /** The share of a delay, 0 to 1, by which chance shortens it; default 0.5. */
    randomizationFactor?: number
  }

  interface Sails extends Settings {
    autoConnect: boolean
    /** 'production' silences warnings. */
    environment: string
    /** false: settings of a socket may be changed while it is connected. */
    strict?: boolean
    /** A WebSocket implementation, where the platform has none: require('ws'). */
    WebSocket?: unknown
    readonly sdk: { version: string, platform: string, language: string, versionString: string }
    connect (url: string, options?: Settings): SailsSocket
    connect (options?: Settings): SailsSocket
  }

  interface SailsSocket extends Settings {
    /** The server's name for this connection; undefined unless connected. */
    readonly id: string | undefined
    readonly connected: boolean
    /** In sails.io.js the Socket.IO socket within; here the socket itself, which has what is used of it. */
    readonly _raw: this

    get: Verb<this>
    post: Verb<this>
    put: Verb<this>
    patch: Verb<this>
    delete: Verb<this>
    request<Body = any> (options: RequestOptions, callback?: Callback<Body>): this
    /** A plain event. A function as the last argument gets the server's answer. */
    emit (event: string, ...args: any[]): this

    on (event: 'connect', listener: () => void): this
    on (event: 'disconnect', listener: (reason: DisconnectReason) => void): this
    on (event: 'reconnect' | 'reconnecting' | 'reconnect_attempt', listener: (attempt: number) => void): this
    on (event: 'connect_error' | 'reconnect_error' | 'error', listener: (error: Error & { data?: any }) => void): this
    on (event: 'reconnect_failed' | 'ping' | 'pong', listener: () => void): this
    /** If the server asked for an answer, the last argument is the function to give it with. */
    on (event: string, listener: (...args: any[]) => void): this
    off (event: string, listener?: (...args: any[]) => void): this
    removeAllListeners (): this

    isConnected (): boolean
    isConnecting (): boolean
    mightBeAboutToAutoConnect (): boolean
    /** Throws if the socket is idle. */
    disconnect (): this
    /** Throws if the socket is connected or connecting. Uses the settings as they are now. */
    reconnect (): this
    /** Sends what waits for the connection, which happens by itself after every `connect`. */
    replay (): this
  }

  interface Verb<Socket> {
    <Body = any> (url: string, callback: Callback<Body>): Socket
    <Body = any> (url: string, data?: object | null, callback?: Callback<Body>): Socket
  }

  interface RequestOptions {
    url: string
    /** Default 'get'. */
    method?: string
    headers?: Headers
    data?: object | null
    /** Another name of `data`. */
    params?: object | null
  }

  /** A "JSON WebSocket response". */
  interface JWR<Body = any> {
    body: Body
    headers: Record<string, string>
    /** 0 if the connection was lost before the answer. */
    statusCode: number
    /** null if the status is 200 to 399. */
    error: Error | null
    toString (): string
    /** Not supported: returns an error. */
    pipe (): Error
    toPOJO (): { body: Body, headers: Record<string, string>, statusCode: number }
  }
}

// The socket connects by itself: io.socket.get('/user', (users) => ...), io.socket.on('user', (event) => ...).
const state = document.getElementById('socket')

io.socket.on('connect', () => (state.textContent = 'connected'))
io.socket.on('disconnect', () => (state.textContent = 'connecting'))

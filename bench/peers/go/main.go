// The small application of sails-bench on socket.io for Go: main PORT
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/zishang520/socket.io/servers/socket/v3"
)

const body = `{"text":"Sixty-four bytes of JSON, counting the braces as well"}`

func main() {
	io := socket.NewServer(nil, nil)
	io.On("connection", func(clients ...any) {
		client := clients[0].(*socket.Socket)
		client.On("echo", func(args ...any) {
			args[1].(socket.Ack)([]any{args[0]}, nil)
		})
		client.On("join", func(args ...any) {
			client.Join(socket.Room(args[0].(string)))
			args[1].(socket.Ack)([]any{}, nil)
		})
		client.On("leave", func(args ...any) {
			client.Leave(socket.Room(args[0].(string)))
			args[1].(socket.Ack)([]any{}, nil)
		})
		client.On("tell", func(args ...any) {
			io.To(socket.Room(args[0].(string))).Emit("broadcast", args[1])
		})
	})
	http.Handle("/socket.io/", io.ServeHandler(nil))
	http.HandleFunc("/bytes", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, body)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Printf("Listening on http://%s\n", listener.Addr())
	panic(http.Serve(listener, nil))
}

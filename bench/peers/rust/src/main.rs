// The small application of sails-bench on socketioxide, on one thread: bench-peer PORT
use axum::routing::get;
use serde_json::Value;
use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::SocketIo;

const BYTES: &str = r#"{"text":"Sixty-four bytes of JSON, counting the braces as well"}"#;

async fn on_connect(socket: SocketRef) {
    // Here a socket is in no room of its own until somebody puts it there.
    socket.join(socket.id.to_string());
    socket.on("echo", async |Data::<Value>(value), ack: AckSender| {
        ack.send(&value).ok();
    });
    socket.on("join", async |socket: SocketRef, Data::<String>(room), ack: AckSender| {
        socket.join(room);
        ack.send(&()).ok();
    });
    socket.on("leave", async |socket: SocketRef, Data::<String>(room), ack: AckSender| {
        socket.leave(room);
        ack.send(&()).ok();
    });
    socket.on(
        "tell",
        async |socket: SocketRef, Data::<(String, Value)>((room, value))| {
            socket.within(room).emit("broadcast", &value).await.ok();
        },
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port = std::env::args().nth(1).expect("a port");
    let (layer, io) = SocketIo::builder()
        .max_payload(1_000_000)
        .max_buffer_size(65536)
        .build_layer();
    io.ns("/", on_connect);
    let app = axum::Router::new()
        .route(
            "/bytes",
            get(|| async { ([("content-type", "application/json")], BYTES) }),
        )
        .layer(layer);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .expect("the port is free");
    println!("Listening on http://{}", listener.local_addr().unwrap());
    axum::serve(listener, app).await.expect("it serves");
}

// The small application of sails-bench on netty-socketio: Peer PORT
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;

public class Peer {
  public static void main(String[] args) {
    Configuration configuration = new Configuration();
    configuration.setHostname("127.0.0.1");
    configuration.setPort(Integer.parseInt(args[0]));
    configuration.setBossThreads(1);
    configuration.setWorkerThreads(1);
    configuration.setMaxFramePayloadLength(1_000_000);
    configuration.getSocketConfig().setReuseAddress(true);

    SocketIOServer io = new SocketIOServer(configuration);
    io.addEventListener("echo", String.class, (client, value, ack) -> ack.sendAckData(value));
    io.addEventListener("join", String.class, (client, room, ack) -> {
      client.joinRoom(room);
      ack.sendAckData();
    });
    io.addEventListener("leave", String.class, (client, room, ack) -> {
      client.leaveRoom(room);
      ack.sendAckData();
    });
    io.addMultiTypeEventListener("tell", (client, values, ack) ->
        io.getRoomOperations(values.<String>get(0)).sendEvent("broadcast", values.<Object>get(1)),
        String.class, String.class);
    // Here a socket is in no room of its own until somebody puts it there.
    io.addConnectListener(client -> client.joinRoom(client.getSessionId().toString()));
    io.start();
    System.out.println("Listening on http://127.0.0.1:" + args[0]);
  }
}

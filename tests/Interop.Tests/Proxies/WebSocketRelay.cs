using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using MediaEngine.Sip;

namespace MediaEngine.Interop.Tests;

/// <summary>Carries SIP of TCP connections to a server's WebSocket by the platform's client: one message in each (RFC 7118 5).</summary>
internal sealed class WebSocketRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly IPEndPoint _server;

    public WebSocketRelay(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public void Dispose()
    {
        _closing.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_closing.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using TcpClient connection = near;
        using var far = new ClientWebSocket();
        far.Options.AddSubProtocol("sip");
        try
        {
            await far.ConnectAsync(new Uri($"ws://{_server}/"), _closing.Token);
            await await Task.WhenAny(ToServerAsync(near.GetStream(), far), ToClientAsync(far, near.GetStream()));
        }
        catch (Exception e) when (e is IOException or WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side closed, or the test is over.
        }
    }

    private async Task ToServerAsync(NetworkStream from, ClientWebSocket to)
    {
        byte[] buffer = new byte[65_536];
        int filled = 0;
        while (await from.ReadAsync(buffer.AsMemory(filled), _closing.Token) is > 0 and int read)
        {
            filled += read;
            while (SipFramer.TryFrame(buffer.AsSpan(0, filled), SipLimits.Default, out int length) == SipFrameOutcome.Message)
            {
                await to.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
                buffer.AsSpan(length, filled - length).CopyTo(buffer);
                filled -= length;
            }
        }
    }

    private async Task ToClientAsync(ClientWebSocket from, NetworkStream to)
    {
        byte[] buffer = new byte[65_536];
        while (await from.ReceiveAsync(buffer.AsMemory(), _closing.Token) is { MessageType: not WebSocketMessageType.Close } read)
            await to.WriteAsync(buffer.AsMemory(0, read.Count), _closing.Token);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Interop.Tests;

/// <summary>Carries connections to a server, and can cut those that are up.</summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _up = [];
    private readonly IPEndPoint _server;

    public TcpRelay(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public void Cut()
    {
        while (_up.TryTake(out TcpClient? client))
            client.Dispose();
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync(), far = new();
                _up.Add(near);
                _up.Add(far);
                await far.ConnectAsync(_server);
                _ = CarryAsync(near, far);
                _ = CarryAsync(far, near);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task CarryAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or closed by one side.
        }
        from.Dispose();
        to.Dispose();
    }
}

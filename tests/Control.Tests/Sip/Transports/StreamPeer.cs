using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>A bare peer of a stream listener: a socket, with the platform's TLS when asked for.</summary>
internal sealed class StreamPeer : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[128 * 1024];
    private int _filled;

    private StreamPeer(Socket socket, Stream stream) => (_socket, Stream) = (socket, stream);

    public Stream Stream { get; }

    public X509Certificate2? ShownCertificate => (Stream as SslStream)?.RemoteCertificate as X509Certificate2;

    public static async Task<StreamPeer> ConnectAsync(
        IPEndPoint server, bool tls = false, X509Certificate2? show = null, SslProtocols protocols = SslProtocols.None)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server).WaitAsync(StackPeer.Patience);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "mcx.example",
                EnabledSslProtocols = protocols,
                ClientCertificateContext = show is null ? null : SslStreamCertificateContext.Create(show, null, offline: true),
                // What the peer is checked for is the stack's side.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            }).WaitAsync(StackPeer.Patience);
            stream = secured;
        }
        return new StreamPeer(socket, stream);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await Stream.WriteAsync(bytes).AsTask().WaitAsync(StackPeer.Patience);

    public async Task<SipMessage> ReadAsync()
    {
        while (true)
        {
            if (SipFramer.TryFrame(_buffer.AsSpan(0, _filled), SipLimits.Default, out int length) == SipFrameOutcome.Message)
            {
                Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(_buffer.AsSpan(0, length), SipLimits.Default, out SipMessage? message));
                _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
                _filled -= length;
                return message!;
            }
            int read = await Stream.ReadAsync(_buffer.AsMemory(_filled)).AsTask().WaitAsync(StackPeer.Patience);
            Assert.True(read > 0, "The connection was closed.");
            _filled += read;
        }
    }

    /// <summary>The server closed, whatever it said before.</summary>
    public async Task AssertClosedAsync()
    {
        try
        {
            while (await Stream.ReadAsync(_buffer).AsTask().WaitAsync(StackPeer.Patience) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A reset, or an alert of TLS.
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        _socket.Dispose();
    }
}

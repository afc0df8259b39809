using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>Listens to a bearer's general purpose subchannel and tells what groups are mapped to it (TS 24.380 10).</summary>
internal sealed class BearerListener : IDisposable
{
    private const int MaxDatagram_bytes = 2048;

    // Each call that is mapped has an SSRC of its own, as long as the MSCCK holds.
    private static readonly SrtpPolicy Policy = SrtpPolicy.Control with { MaxStreams = 32_768 };

    private readonly Socket _socket;
    private readonly SrtpReceiver _receiver = new(Policy, KeyIdentifier.Length_bytes);
    private readonly IEndpointTap? _tap;
    private readonly Action<GroupMapping> _mapped;
    private readonly Action<string, uint> _unmapped;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _receiving;

    /// <param name="mscck">Read only here.</param>
    /// <param name="mapped">Called for every Map, also a repeated one.</param>
    /// <param name="unmapped">The same, with group and SSRC.</param>
    /// <exception cref="ToolException">The subchannel cannot be joined.</exception>
    public BearerListener(
        Tmgi tmgi, IPEndPoint generalPurpose, IPAddress on, McxKey mscck, IEndpointTap? tap, Action<GroupMapping> mapped, Action<string, uint> unmapped)
    {
        Tmgi = tmgi;
        GeneralPurpose = generalPurpose;
        _tap = tap;
        _mapped = mapped;
        _unmapped = unmapped;
        _socket = GroupSocket.Join(generalPurpose, on);
        using (SrtpMasterKey master = mscck.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, mscck.Id))
            _receiver.TryAddKey(master);
        _receiving = ReceiveAsync();
    }

    public Tmgi Tmgi { get; }

    public IPEndPoint GeneralPurpose { get; }

    /// <summary>Datagrams that did not authenticate, were heard before, or are not what this subchannel carries.</summary>
    public int Refused { get; private set; }

    public void Dispose()
    {
        _closing.Cancel();
        _socket.Dispose();
        _receiving.GetAwaiter().GetResult();
        _receiver.Dispose();
        _closing.Dispose();
    }

    private async Task ReceiveAsync()
    {
        byte[] datagram = new byte[MaxDatagram_bytes];
        byte[] plain = new byte[MaxDatagram_bytes];
        var anywhere = new IPEndPoint(IPAddress.Any, 0);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(datagram, anywhere, _closing.Token).ConfigureAwait(false);
                Take((IPEndPoint)received.RemoteEndPoint, datagram.AsSpan(0, received.ReceivedBytes), plain);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A datagram that is too large, or an error of the network: the next one may be well.
            }
        }
    }

    private void Take(IPEndPoint from, ReadOnlySpan<byte> datagram, byte[] plain)
    {
        _tap?.Floor(from, GeneralPurpose, sent: false, datagram);
        if (_receiver.UnprotectRtcp(datagram, plain, out int length) != SrtpOutcome.Ok ||
            SubchannelMessage.TryParse(plain.AsSpan(0, length), out SubchannelMessage message, out _) != FloorOutcome.Ok ||
            !message.TryGetMcpttGroupId(out ReadOnlySpan<byte> utf8))
        {
            Refused++;
            return;
        }
        string group = Encoding.UTF8.GetString(utf8);
        if (message.Type == SubchannelMessageType.UnmapGroupToBearer)
            _unmapped(group, message.Ssrc);
        else if (message.Type == SubchannelMessageType.MapGroupToBearer && TryReadMap(message, group, out GroupMapping? mapping))
            _mapped(mapping!);
        else
            Refused++;
    }

    private bool TryReadMap(in SubchannelMessage message, string group, out GroupMapping? mapping)
    {
        mapping = null;
        if (!message.TryGetTmgi(out ReadOnlySpan<byte> tmgi) || !tmgi.SequenceEqual(Tmgi.Octets.Span) ||
            !message.TryGetMbmsSubchannel(out MbmsSubchannel subchannel) || subchannel.Address is not [>= 224 and <= 239, _, _, _] ||
            subchannel.MediaPort is 0 or > IPEndPoint.MaxPort || subchannel.FloorPort is 0 or > IPEndPoint.MaxPort)
            return false;
        var address = new IPAddress(subchannel.Address);
        mapping = new GroupMapping(
            group, message.Ssrc, new IPEndPoint(address, (int)subchannel.MediaPort), new IPEndPoint(address, (int)subchannel.FloorPort));
        return true;
    }
}

using System.Net;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>A client on the general purpose subchannel: what is mapped to the bearer.</summary>
internal sealed class SimBearer : IDisposable
{
    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly IPEndPoint _generalPurpose;
    private readonly IPEndPoint _member;
    private readonly SrtpReceiver _receiver = new(SrtpPolicy.Control with { MaxStreams = 4096 }, KeyIdentifier.Length_bytes);
    private readonly Dictionary<string, SimMapping> _mappings = [];
    private readonly byte[] _buffer = new byte[2048];
    private bool _left;

    /// <param name="key">Becomes this object's to dispose.</param>
    public SimBearer(SimWorld world, SimNetwork network, IPEndPoint generalPurpose, IPEndPoint member, McxKey key)
    {
        _world = world;
        _network = network;
        _generalPurpose = generalPurpose;
        _member = member;
        using (key)
        {
            using SrtpMasterKey master = key.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, key.Id);
            _receiver.TryAddKey(master);
        }
        network.Join(generalPurpose, member, Receive);
    }

    /// <summary>After each Map and Unmap.</summary>
    public required Action Changed { get; init; }

    public SimMapping? MappingOf(string group) => _mappings.GetValueOrDefault(group);

    public void Dispose()
    {
        _left = true;
        _network.Leave(_generalPurpose, _member);
        _receiver.Dispose();
    }

    private void Receive(byte[] packet)
    {
        // What was on its way when the client left.
        if (_left)
            return;
        SrtpOutcome outcome = _receiver.UnprotectRtcp(packet, _buffer, out int length);
        // The server was started anew, and has another bearer that was not announced yet; or it comes twice.
        if (outcome is SrtpOutcome.UnknownMki or SrtpOutcome.Replayed or SrtpOutcome.TooOld)
            return;
        if (outcome != SrtpOutcome.Ok ||
            SubchannelMessage.TryParse(_buffer.AsSpan(0, length), out SubchannelMessage message, out _) != FloorOutcome.Ok ||
            !message.TryGetMcpttGroupId(out ReadOnlySpan<byte> utf8))
            throw new SimulationException($"{_member} cannot open what is mapped to the bearer: {outcome}");
        string group = Encoding.UTF8.GetString(utf8);
        if (message.TryGetMbmsSubchannel(out MbmsSubchannel subchannel))
        {
            var address = new IPAddress(subchannel.Address);
            _mappings[group] = new SimMapping(
                message.Ssrc, new IPEndPoint(address, (int)subchannel.MediaPort), new IPEndPoint(address, (int)subchannel.FloorPort));
        }
        else if (_mappings.GetValueOrDefault(group)?.Ssrc == message.Ssrc)
        {
            _mappings.Remove(group);
        }
        _world.Note($"{message.Type} {group} to {_member}");
        Changed();
    }
}

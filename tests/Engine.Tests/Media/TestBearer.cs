using System.Net;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>A bearer with a group's subchannel, and a receiver of what the server says there.</summary>
internal sealed class TestBearer : IDisposable
{
    public const uint MusikId = 0x6000_0777;
    public const uint MscckId = 0x5000_0777;
    public const uint FloorSsrc = 0xB000_0001;
    public const uint ControlSsrc = 0xB000_0002;

    private readonly SrtpReceiver _receiver = new(SrtpPolicy.Control, KeyIdentifier.Length_bytes);

    /// <param name="keyIds">Keys the receiver holds.</param>
    public TestBearer(params uint[] keyIds)
    {
        foreach (uint id in keyIds)
        {
            using McxKey key = Key(id);
            using SrtpMasterKey master = key.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, key.Id);
            Assert.True(_receiver.TryAddKey(master));
        }
    }

    public static McxKey Key(uint id) => new(new KeyIdentifier(id), TestClient.Octets((int)id, 16), TestClient.Octets(98, 16));

    public static MulticastSubchannel Subchannel(IPEndPoint? media = null, uint floorSsrc = FloorSsrc, uint controlSsrc = ControlSsrc)
    {
        media ??= new IPEndPoint(IPAddress.Parse("239.255.1.2"), 6000);
        return new MulticastSubchannel
        {
            Bearer = new MulticastBearer(new IPEndPoint(IPAddress.Parse("239.255.1.1"), 6010), IPAddress.Loopback, TimeToLive: 1),
            Media = media,
            Floor = new IPEndPoint(media.Address, media.Port + 1),
            Tmgi = new byte[] { 0, 0, 1, 0x21, 0xF3, 0x54 },
            FloorKey = new MulticastKey(Key(MusikId), floorSsrc),
            ControlKey = new MulticastKey(Key(MscckId), controlSsrc),
        };
    }

    /// <summary>A command's keys become the router's: a copy for each command.</summary>
    public static MulticastSubchannel WithOwnKeys(MulticastSubchannel subchannel) => subchannel with
    {
        FloorKey = subchannel.FloorKey with { Key = Key(subchannel.FloorKey.Key.Id.Value) },
        ControlKey = subchannel.ControlKey with { Key = Key(subchannel.ControlKey.Key.Id.Value) },
    };

    /// <summary>Opens a multicast datagram; empty when it does not authenticate.</summary>
    public byte[] Open(ReadOnlySpan<byte> datagram)
    {
        byte[] plain = new byte[datagram.Length];
        return _receiver.UnprotectRtcp(datagram, plain, out int length) == SrtpOutcome.Ok ? plain[..length] : [];
    }

    public void Dispose() => _receiver.Dispose();
}

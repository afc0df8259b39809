using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Packets at the media and floor ports of a running call that are nobody's, another's, old or out of turn.</summary>
[Collection("server")]
public sealed class HostileMediaTests : IAsyncLifetime
{
    private readonly HostileSystem _system = new();
    private readonly UdpClient _stranger = new(new IPEndPoint(IPAddress.Loopback, 0));
    private McxEndpoint _alice = null!;
    private RawMember _bob = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MediaEndpoints Server => _system.Server.MediaEndpoints;

    public async ValueTask InitializeAsync()
    {
        _alice = await _system.MemberAsync("alice", Cancellation);
        _bob = await RawMember.CallAsync(_system, "bob");
        await Eventually.IsTrueAsync(() => _system.Server.MediaCounters.Legs == 2);
    }

    public async ValueTask DisposeAsync()
    {
        _bob.Dispose();
        _stranger.Dispose();
        await _system.DisposeAsync();
    }

    [Fact]
    public async Task Random_and_damaged_datagrams_at_both_ports_are_all_dropped_and_counted()
    {
        const int datagrams = 3000;
        byte[] media = _bob.Media();
        byte[] floor = _bob.FloorMessage(FloorMessageType.Request);
        var random = new Random(3711);
        for (int i = 0; i < datagrams; i++)
        {
            await _stranger.SendAsync(Damaged(random, media), Server.Audio, Cancellation);
            await _stranger.SendAsync(Damaged(random, floor), Server.Floor, Cancellation);
            // No more wait in a socket than any buffer holds.
            if (i % 50 == 49)
                await Eventually.IsTrueAsync(() => _system.Server.MediaCounters is { } now && now.ReceivedMedia_packets == i + 1 && now.ReceivedFloor_packets == i + 1);
        }

        await Eventually.IsTrueAsync(() => _system.Server.MediaCounters.DroppedTotal == 2 * datagrams);
        MediaCounters counters = _system.Server.MediaCounters;
        Assert.Equal((0, 0), (counters.AcceptedMedia_packets, counters.ForwardedMedia_packets));
        Assert.Equal(
            2 * datagrams,
            counters.Dropped(MediaDrop.Malformed) + counters.Dropped(MediaDrop.UnknownSource) + counters.Dropped(MediaDrop.AuthenticationFailed));
        Assert.True(counters.Dropped(MediaDrop.Malformed) > 0 && counters.Dropped(MediaDrop.UnknownSource) > 0 && counters.Dropped(MediaDrop.AuthenticationFailed) > 0);
        // What was only damaged on the way is still good: nobody's window moved.
        Assert.Equal(0, counters.Dropped(MediaDrop.Replayed));
        await TakeFloorAsync();
        await AssertDropAsync(null, () => _bob.Audio.SendAsync(media, Server.Audio, Cancellation));
        await _system.AssertServesAsync(Cancellation);
    }

    [Fact]
    public async Task Media_is_taken_only_under_its_senders_own_key_and_once()
    {
        await TakeFloorAsync();
        byte[] good = _bob.Media();
        await AssertDropAsync(null, () => _bob.Audio.SendAsync(good, Server.Audio, Cancellation));

        // Replayed by the sender, and by somebody who overheard it.
        await AssertDropAsync(MediaDrop.Replayed, () => _bob.Audio.SendAsync(good, Server.Audio, Cancellation));
        await AssertDropAsync(MediaDrop.Replayed, () => _stranger.SendAsync(good, Server.Audio, Cancellation));

        byte[] mki = MkiOf(_bob.Profile.McpttId);
        using (SrtpSender wrongKey = Sender(mki))
        {
            await AssertDropAsync(MediaDrop.AuthenticationFailed, () => _bob.Audio.SendAsync(RawMember.Protect(wrongKey, 2), Server.Audio, Cancellation));
            await AssertDropAsync(MediaDrop.AuthenticationFailed, () => _stranger.SendAsync(RawMember.Protect(wrongKey, 3), Server.Audio, Cancellation));
        }
        using (SrtpSender wrongMki = Sender([.. mki[..7], (byte)(mki[7] ^ 1)]))
        {
            await AssertDropAsync(MediaDrop.UnknownMki, () => _bob.Audio.SendAsync(RawMember.Protect(wrongMki, 4), Server.Audio, Cancellation));
            await AssertDropAsync(MediaDrop.UnknownSource, () => _stranger.SendAsync(RawMember.Protect(wrongMki, 5), Server.Audio, Cancellation));
        }
        // bob holds the group key, so he can make alice's; from his address it is refused all the same.
        using (SrtpMasterKey alices = _bob.MediaKeyOf(_alice.Profile.McpttId))
        using (var asAlice = new SrtpSender(alices, SrtpPolicy.GroupMedia))
            await AssertDropAsync(MediaDrop.UnknownMki, () => _bob.Audio.SendAsync(RawMember.Protect(asAlice, 6), Server.Audio, Cancellation));

        byte[] bent = _bob.Media();
        bent[^1] ^= 1;
        await AssertDropAsync(null, () => _bob.Audio.SendAsync(_bob.Media(), Server.Audio, Cancellation));
        await AssertOneDropAsync(() => _bob.Audio.SendAsync(bent, Server.Audio, Cancellation));
        await _system.AssertServesAsync(Cancellation);
    }

    [Fact]
    public async Task Media_without_the_floor_is_dropped_and_revoked_with_cause_3()
    {
        await AssertDropAsync(MediaDrop.NoFloor, () => _bob.Audio.SendAsync(_bob.Media(), Server.Audio, Cancellation));

        Assert.Equal(3, (await _bob.ReceiveFloorAsync(FloorMessageType.Revoke)).Cause);
        Assert.Equal(0, _system.Server.MediaCounters.AcceptedMedia_packets);
        await _bob.Floor.SendAsync(_bob.FloorMessage(FloorMessageType.Release), Server.Floor, Cancellation);
        await TakeFloorAsync();
        await _system.AssertServesAsync(Cancellation);
    }

    [Fact]
    public async Task Floor_control_is_taken_only_under_its_senders_own_key_and_once()
    {
        byte[] request = _bob.FloorMessage(FloorMessageType.Request);
        await AssertDropAsync(null, () => _bob.Floor.SendAsync(request, Server.Floor, Cancellation), floor: true);
        byte[] granted = (await _bob.ReceiveFloorAsync(FloorMessageType.Granted)).Datagram;
        await AssertDropAsync(null, () => _bob.Floor.SendAsync(_bob.FloorMessage(FloorMessageType.Release), Server.Floor, Cancellation), floor: true);
        await _bob.ReceiveFloorAsync(FloorMessageType.Idle);

        await AssertDropAsync(MediaDrop.Replayed, () => _bob.Floor.SendAsync(request, Server.Floor, Cancellation), floor: true);
        await AssertDropAsync(MediaDrop.Replayed, () => _stranger.SendAsync(request, Server.Floor, Cancellation), floor: true);
        // One key serves both ways: the server's own message that comes back would authenticate.
        await AssertDropAsync(MediaDrop.Replayed, () => _bob.Floor.SendAsync(granted, Server.Floor, Cancellation), floor: true);

        uint cskId = _bob.Profile.ClientServerKey!.Id.Value;
        using (SrtpSender wrongKey = ControlSender(cskId))
        {
            // Past the indices bob has used: an old one would count as replayed before its tag is looked at (RFC 3711 3.4).
            for (int i = 0; i < 10; i++)
                _bob.FloorMessage(FloorMessageType.Request, wrongKey);
            await AssertDropAsync(MediaDrop.AuthenticationFailed, () => _bob.Floor.SendAsync(_bob.FloorMessage(FloorMessageType.Request, wrongKey), Server.Floor, Cancellation), floor: true);
            await AssertDropAsync(MediaDrop.AuthenticationFailed, () => _stranger.SendAsync(_bob.FloorMessage(FloorMessageType.Request, wrongKey), Server.Floor, Cancellation), floor: true);
        }
        using (SrtpSender unknown = ControlSender(cskId ^ 1))
        {
            await AssertDropAsync(MediaDrop.UnknownMki, () => _bob.Floor.SendAsync(_bob.FloorMessage(FloorMessageType.Request, unknown), Server.Floor, Cancellation), floor: true);
            await AssertDropAsync(MediaDrop.UnknownSource, () => _stranger.SendAsync(_bob.FloorMessage(FloorMessageType.Request, unknown), Server.Floor, Cancellation), floor: true);
        }
        using (SrtpSender asAlice = ControlSender(_alice.Profile.ClientServerKey!.Id.Value))
            await AssertDropAsync(MediaDrop.UnknownMki, () => _bob.Floor.SendAsync(_bob.FloorMessage(FloorMessageType.Request, asAlice), Server.Floor, Cancellation), floor: true);
        await AssertOneDropAsync(() => _bob.Floor.SendAsync(RawMember.PlainFloorMessage(FloorMessageType.Request), Server.Floor, Cancellation));

        Assert.Equal((2, 2, 0, 1), await _system.HeldAsync());
        await TakeFloorAsync();
        await _system.AssertServesAsync(Cancellation);
    }

    private async Task TakeFloorAsync()
    {
        await _bob.Floor.SendAsync(_bob.FloorMessage(FloorMessageType.Request), Server.Floor, Cancellation);
        await _bob.ReceiveFloorAsync(FloorMessageType.Granted);
    }

    /// <summary>Exactly this one counter moves, by one; null: the packet is taken and nothing is dropped.</summary>
    private async Task AssertDropAsync(MediaDrop? reason, Func<ValueTask<int>> send, bool floor = false)
    {
        MediaCounters before = _system.Server.MediaCounters;
        await send();
        if (reason is null && floor)
            await Eventually.IsTrueAsync(() => _system.Server.MediaCounters.ReceivedFloor_packets > before.ReceivedFloor_packets);
        else if (reason is null)
            await Eventually.IsTrueAsync(() => _system.Server.MediaCounters.AcceptedMedia_packets == before.AcceptedMedia_packets + 1);
        else
            await Eventually.IsTrueAsync(() => _system.Server.MediaCounters.DroppedTotal == before.DroppedTotal + 1);
        MediaCounters after = _system.Server.MediaCounters;
        foreach (MediaDrop drop in Enum.GetValues<MediaDrop>())
            Assert.True(after.Dropped(drop) - before.Dropped(drop) == (drop == reason ? 1 : 0), $"{drop} moved by {after.Dropped(drop) - before.Dropped(drop)}, expected was {reason}");
        if (reason is not null)
            Assert.Equal(before.AcceptedMedia_packets, after.AcceptedMedia_packets);
    }

    private async Task AssertOneDropAsync(Func<ValueTask<int>> send)
    {
        MediaCounters before = _system.Server.MediaCounters;
        await send();
        await Eventually.IsTrueAsync(() => _system.Server.MediaCounters.DroppedTotal == before.DroppedTotal + 1);
        Assert.Equal(before.AcceptedMedia_packets, _system.Server.MediaCounters.AcceptedMedia_packets);
    }

    private byte[] MkiOf(string mcpttId)
    {
        using SrtpMasterKey key = _bob.MediaKeyOf(mcpttId);
        return key.Mki.ToArray();
    }

    private static SrtpSender Sender(byte[] mki)
    {
        using var key = new SrtpMasterKey(SrtpProfile.AeadAes128Gcm, new byte[16], new byte[12], mki);
        return new SrtpSender(key, SrtpPolicy.GroupMedia);
    }

    private static SrtpSender ControlSender(uint cskId)
    {
        using var key = new ClientServerKey(new KeyIdentifier(cskId), new byte[16], new byte[16]);
        using SrtpMasterKey control = key.DeriveControlKey();
        return new SrtpSender(control, SrtpPolicy.Control);
    }

    /// <summary>Never the packet itself.</summary>
    private static byte[] Damaged(Random random, byte[] packet)
    {
        byte[] copy = [.. packet];
        switch (random.Next(4))
        {
            case 0:
                byte[] octets = new byte[random.Next(2100)];
                random.NextBytes(octets);
                return octets;
            case 1:
                return packet[..random.Next(packet.Length)];
            case 2:
                return [.. packet, .. packet[..random.Next(1, packet.Length)]];
            default:
                copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }
}

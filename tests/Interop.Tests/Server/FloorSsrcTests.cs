using System.Buffers.Binary;
using System.Globalization;
using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>mc_floor_ssrc: each side names its own, and the server takes no other (TS 24.380 4.3.3.1, 14.3.8).</summary>
[Collection("server")]
public sealed class FloorSsrcTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Floor_control_is_taken_under_the_named_ssrc_only_and_answered_under_the_servers()
    {
        await using var system = new HostileSystem();
        await system.MemberAsync("alice", Cancellation);
        using RawMember bob = await RawMember.CallAsync(system, "bob", $"mc_queueing;mc_floor_ssrc={RawMember.FloorSsrc}");
        uint servers = uint.Parse(bob.Agreed.FloorControl!.FloorParameters["mc_floor_ssrc"]!, CultureInfo.InvariantCulture);

        await bob.Floor.SendAsync(bob.FloorMessage(FloorMessageType.Request, ssrc: RawMember.FloorSsrc + 1), system.Server.MediaEndpoints.Floor, Cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (system.Server.MediaCounters.Dropped(MediaDrop.UnknownSource) == 0)
            await Task.Delay(10, limit.Token);

        await bob.Floor.SendAsync(bob.FloorMessage(FloorMessageType.Request), system.Server.MediaEndpoints.Floor, Cancellation);
        (byte[] granted, _) = await bob.ReceiveFloorAsync(FloorMessageType.Granted);
        Assert.Equal(servers, BinaryPrimitives.ReadUInt32BigEndian(granted.AsSpan(4)));
        Assert.Equal(1, system.Server.MediaCounters.Dropped(MediaDrop.UnknownSource));
    }
}

using System.Net;
using System.Net.Sockets;
using MediaEngine.Server;
using Microsoft.Data.Sqlite;

namespace MediaEngine.Interop.Tests;

/// <summary>The store does not take the next block of server SSRCs.</summary>
[Collection("server")]
public sealed class ReservationOutageTests
{
    private const int LegsUntilNextBlock = 2048;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_server_says_so_and_goes_on_with_the_block_it_has()
    {
        await using var system = new HostileSystem(RefuseSecondBlock);
        await system.MemberAsync("alice", Cancellation);
        using RawSip bob = await RawSip.ConnectAsync(system, "bob");
        using var media = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var local = (IPEndPoint)media.Client.LocalEndPoint!;
        Assert.Equal(200, (await bob.RequestAsync(bob.Register)).Status);
        Assert.Equal(200, (await bob.ExchangeAsync(bob.Publish(EmbeddedOrganisation.FireGroup))).Status);

        // A client that loses its call over and over: each time it gets another leg.
        for (int leg = 1; leg <= LegsUntilNextBlock + 2; leg++)
        {
            await bob.CallAsync(EmbeddedOrganisation.FireGroup, local, local);
            if (leg == LegsUntilNextBlock - 1)
                Assert.Empty(system.Faults);
        }

        Assert.All(system.Faults, fault => Assert.Contains("reservation-failed server SSRCs, block 1", fault, StringComparison.Ordinal));
        Assert.Contains("no disk today", system.Faults.First(), StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => system.Server.MediaCounters.Legs == 2, ServerProcess.Patience));
        // The connection to the store is as good as before: other changes are taken.
        Assert.Equal(200, (await bob.RequestAsync(bob.Register)).Status);
    }

    private static void RefuseSecondBlock(string path)
    {
        new SqliteStore(path).Dispose();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            """
            CREATE TRIGGER outage BEFORE INSERT ON record
            WHEN NEW.kind = 'ServerSsrcReservation' AND json_extract(NEW.body, '$.lastBlock') > 0
            BEGIN SELECT RAISE(ABORT, 'no disk today'); END
            """;
        command.ExecuteNonQuery();
    }
}

using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>No server SSRC comes twice under a CSK, whatever dies or fails in between.</summary>
public sealed class ServerSsrcTests
{
    private static readonly KeyIdentifier Csk = new(0x2000_0001);

    private readonly McxEffects _effects = new();

    [Fact]
    public void The_block_is_among_the_changes_that_are_committed_before_its_first_SSRC_is_used()
    {
        ServerSsrcs ssrcs = After(lastBlock: 6);

        Assert.True(ssrcs.TryTake(Csk, 0, _effects, out uint first));
        StoreChange.Put put = Assert.IsType<StoreChange.Put>(Assert.Single(_effects.Changes));
        Assert.Equal(7u, Assert.IsType<ServerSsrcReservation>(put.Record).LastBlock);
        Assert.Equal(7 * ServerSsrcs.LegsPerBlock, first);
        _effects.Clear();

        Assert.True(ssrcs.TryTake(Csk, 0, _effects, out uint second));
        Assert.Empty(_effects.Changes);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void The_next_block_is_asked_for_when_half_of_the_block_is_left()
    {
        ServerSsrcs ssrcs = After(lastBlock: 0);
        Take(ssrcs, ServerSsrcs.LegsPerBlock / 2 - 1);
        Assert.Null(_effects.Reservation);

        Take(ssrcs, 1);

        Assert.Equal(2u, _effects.Reservation?.LastBlock);
        // Another user still has the block to itself.
        _effects.Clear();
        Assert.True(ssrcs.TryTake(new KeyIdentifier(0x2000_0002), 0, _effects, out _));
        Assert.Null(_effects.Reservation);
    }

    [Fact]
    public void A_store_that_fails_costs_nothing_until_the_block_ends_and_nothing_more_once_it_is_well()
    {
        ServerSsrcs ssrcs = After(lastBlock: 0);
        Take(ssrcs, ServerSsrcs.LegsPerBlock);
        Assert.False(ssrcs.TryTake(Csk, 0, _effects, out _));

        ssrcs.Reserved(_effects.Reservation!);

        Assert.True(ssrcs.TryTake(Csk, 0, _effects, out uint ssrc));
        Assert.Equal(2 * ServerSsrcs.LegsPerBlock, ssrc);
    }

    [Fact]
    public void Neither_0_nor_the_clients_own_SSRC_is_given()
    {
        var ssrcs = new ServerSsrcs(Record(lastBlock: 4, mask: 5 * ServerSsrcs.LegsPerBlock), new SeededEntropy(1));

        Assert.True(ssrcs.TryTake(Csk, except: 1, _effects, out uint ssrc));

        Assert.Equal(2u, ssrc);
    }

    [Theory]
    [InlineData(ServerSsrcs.MaxBlock)]
    [InlineData(uint.MaxValue)]
    public void Blocks_do_not_begin_anew_after_the_last(uint lastBlock)
    {
        Assert.False(After(lastBlock).TryTake(Csk, 0, _effects, out _));
        Assert.Empty(_effects.Changes);
    }

    [Fact]
    public void The_last_block_is_used_to_its_end_and_the_operator_is_warned_before()
    {
        ServerSsrcs ssrcs = After(ServerSsrcs.MaxBlock - 1);

        Take(ssrcs, ServerSsrcs.LegsPerBlock - 1);

        Assert.Equal("server-ssrcs-near-end", Assert.Single(_effects.Events).Name);
        Assert.Null(_effects.Reservation);
        // All ones is the last number there is.
        Assert.True(ssrcs.TryTake(Csk, 0, _effects, out uint last));
        Assert.Equal(uint.MaxValue, last);
        Assert.False(ssrcs.TryTake(Csk, 0, _effects, out _));
    }

    [Fact]
    public void No_SSRC_repeats_under_a_CSK_over_any_history_of_legs_kills_and_store_failures()
    {
        Gen<(Step, int)> steps = Gen.Zip(Gen.Elements(Enum.GetValues<Step>()), Gen.Choose(1, 3000));
        Prop.ForAll(Gen.Two(Gen.ListOf(steps)).ToArbitrary(), history => Play([.. history.Item1, .. history.Item2])).Check(Config.QuickThrowOnFailure);
    }

    private enum Step
    {
        Legs,
        LegsOfAnother,
        KillBetween,
        KillBeforeCommit,
        KillBeforeReservation,
        KillAfterReservation,
        ReservationFails,
    }

    private static bool Play(IReadOnlyList<(Step, int)> history)
    {
        ServerSsrcReservation? stored = null;
        var effects = new McxEffects();
        var used = new HashSet<(KeyIdentifier, uint)>();
        var ssrcs = new ServerSsrcs(stored, new SeededEntropy(1));
        foreach ((Step step, int legs) in history)
        {
            KeyIdentifier csk = step == Step.LegsOfAnother ? new KeyIdentifier(0x2000_0002) : Csk;
            for (int i = 0; i < legs; i++)
            {
                effects.Clear();
                bool taken = ssrcs.TryTake(csk, 0, effects, out uint ssrc);
                bool last = i == legs - 1;
                // A leg whose batch is not committed is never heard of.
                if (last && step == Step.KillBeforeCommit)
                    break;
                stored = effects.Changes.OfType<StoreChange.Put>().Select(put => (ServerSsrcReservation)put.Record).SingleOrDefault(stored);
                if (taken && !used.Add((csk, ssrc)))
                    return false;
                if (effects.Reservation is not { } reservation || step == Step.ReservationFails || (last && step == Step.KillBeforeReservation))
                    continue;
                stored = reservation;
                if (!last || step != Step.KillAfterReservation)
                    ssrcs.Reserved(reservation);
            }
            if (step is Step.KillBetween or Step.KillBeforeCommit or Step.KillBeforeReservation or Step.KillAfterReservation)
                ssrcs = new ServerSsrcs(stored, new SeededEntropy(1));
        }
        return true;
    }

    /// <summary>A process that finds these blocks used, with SSRCs that are their numbers.</summary>
    private static ServerSsrcs After(uint lastBlock) => new(Record(lastBlock, mask: 0), new SeededEntropy(1));

    private static ServerSsrcReservation Record(uint lastBlock, uint mask) =>
        new() { Id = ServerSsrcReservation.OnlyId, Mask = mask, LastBlock = lastBlock };

    private void Take(ServerSsrcs ssrcs, uint count)
    {
        for (uint i = 0; i < count; i++)
            Assert.True(ssrcs.TryTake(Csk, 0, _effects, out _));
    }
}

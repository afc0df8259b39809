namespace MediaEngine.Simulation.Tests;

/// <summary>Things that happen at the same time at both ends.</summary>
public sealed class GlareTests
{
    [Fact]
    public void BothMembersOfAGroupCallEachOtherAndBothGetTheCall()
    {
        using Simulation simulation = Calm();
        simulation.Arrive();
        int carol = -1, dave = -1;
        simulation["carol"].PlaceCall(SimOrganisation.Ambulance, done: status => carol = status);
        simulation["dave"].PlaceCall(SimOrganisation.Ambulance, done: status => dave = status);

        simulation.Expect(() => carol >= 0 && dave >= 0, TimeSpan.FromSeconds(40), "both callers have an answer");
        Assert.Equal((200, 200), (carol, dave));
        simulation.World.RunFor(TimeSpan.FromSeconds(2));
        simulation.TalkAll([simulation["carol"], simulation["dave"]]);
        simulation["carol"].HangUpAll();
        simulation["dave"].HangUpAll();
        simulation.CheckNothingLeft();
    }

    [Fact]
    public void ACancelledRegroupIsNotBroughtBackByALateNoticeOfItsFormation()
    {
        using Simulation simulation = Calm();
        simulation.Arrive();
        SimClient alice = simulation["alice"];
        // Long enough that the first copy of the cancellation comes before the next copy of the formation.
        simulation.Network.Partition(alice.Address, TimeSpan.FromSeconds(2));
        int formed = -1, cancelled = -1;
        simulation["dispatcher"].FormRegroup(status => formed = status);
        simulation.Expect(() => formed == 200, TimeSpan.FromSeconds(1), "the regroup is formed");
        simulation.World.RunFor(TimeSpan.FromSeconds(0.6));
        simulation["dispatcher"].CancelRegroup(status => cancelled = status);
        simulation.Expect(() => cancelled == 200, TimeSpan.FromSeconds(1), "the regroup is cancelled");
        simulation.World.RunFor(TimeSpan.FromSeconds(40));

        Assert.Empty(alice.KnownRegroups);
    }

    private static Simulation Calm() => new(new SimulationOptions { Seed = 7, Duplication = 0, Reordering = 0 });
}

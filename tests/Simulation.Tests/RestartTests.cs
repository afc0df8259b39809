using MediaEngine.Mcx;

namespace MediaEngine.Simulation.Tests;

/// <summary>The server process dies at a chosen boundary.</summary>
public sealed class RestartTests
{
    [Fact]
    public void ARegroupAcknowledgedBeforeTheKillCarriesTheCallAfterIt()
    {
        using Simulation simulation = Calm();
        simulation.Arrive();
        int formed = -1;
        simulation["dispatcher"].FormRegroup(status => formed = status);
        simulation.Expect(() => formed == 200, TimeSpan.FromSeconds(2), "the regroup is formed");

        simulation.Server.Kill(KillPoint.BetweenEvents, TimeSpan.FromMilliseconds(500));
        simulation.Expect(() => simulation.Server.IsUp, TimeSpan.FromSeconds(1), "the server is up again");
        Assert.Single(simulation.Server.System.Regroups);
        // Notices that died with the server are sent again when a client registers with the new process.
        foreach (SimClient client in simulation.Clients)
            client.Register(anew: false, ends: false);
        int answered = -1;
        simulation.Expect(() => Members(simulation).All(member => member.KnownRegroups.Contains(SimOrganisation.Regroup)), TimeSpan.FromSeconds(5), "every member knows the regroup");
        simulation["carol"].PlaceCall(SimOrganisation.Regroup, implicitRequest: true, status => answered = status);
        simulation.Expect(() => answered == 200, TimeSpan.FromSeconds(2), "the call is answered");
        simulation.Expect(() => Members(simulation).All(member => member.Call is not null), TimeSpan.FromSeconds(2), "every member is in the call");
        simulation.Expect(() => simulation["carol"].Call!.HasFloor, TimeSpan.FromSeconds(2), "the caller's implicit request is granted");
        simulation["carol"].Call!.Release();
        simulation.TalkAll(Members(simulation));
    }

    [Theory]
    [InlineData(nameof(KillPoint.BeforeCommit), 0)]
    [InlineData(nameof(KillPoint.AfterCommit), 1)]
    public void ARegroupIsWhatTheStoreSaysWhenTheKillCutsTheAnswer(string point, int regroups)
    {
        using Simulation simulation = Calm();
        simulation.Arrive();
        // The last keys are acknowledged, so that the next commit is the regroup's.
        simulation.World.RunFor(TimeSpan.FromMilliseconds(500));
        simulation.Server.Kill(Enum.Parse<KillPoint>(point), TimeSpan.FromMilliseconds(50));
        simulation["dispatcher"].FormRegroup();
        simulation.Expect(() => !simulation.Server.IsUp, TimeSpan.FromSeconds(1), "the server dies");
        simulation.Expect(() => simulation.Server.IsUp, TimeSpan.FromSeconds(1), "the server is up again");

        Assert.Equal(regroups, simulation.Server.System.Regroups.Count);

        simulation.World.RunFor(TimeSpan.FromSeconds(10));
        Assert.Single(simulation.Server.System.Regroups);
        simulation.Heal();
        simulation.CheckLiveness();
        simulation.CheckNothingLeft();
    }

    [Fact]
    public void ACallThatDiedWithTheServerCanBePlacedAgain()
    {
        using Simulation simulation = Calm();
        simulation.Arrive();
        simulation["alice"].PlaceCall(SimOrganisation.Fire);
        simulation.Expect(() => simulation["bob"].Call is not null, TimeSpan.FromSeconds(2), "the call is up");
        simulation["bob"].Call!.Press();
        simulation.World.RunFor(TimeSpan.FromSeconds(1));
        simulation.Server.Kill(KillPoint.BetweenEvents, TimeSpan.FromSeconds(1));
        simulation.World.RunFor(TimeSpan.FromSeconds(2));

        simulation.Heal();
        simulation.CheckLiveness();
        simulation.CheckNothingLeft();
    }

    private static Simulation Calm() => new(new SimulationOptions { Seed = 42, Duplication = 0, Reordering = 0 });

    private static SimClient[] Members(Simulation simulation) =>
        [simulation["alice"], simulation["bob"], simulation["carol"], simulation["dave"]];
}

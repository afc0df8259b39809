using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Simulation.Tests;

/// <summary>Group keys reach their members whatever dies or gets lost, and a call talks on through a rotation.</summary>
public sealed class KeyDistributionTests
{
    [Theory]
    [InlineData(nameof(KillPoint.BetweenEvents), 0.0)]
    [InlineData(nameof(KillPoint.BeforeCommit), 0.0)]
    [InlineData(nameof(KillPoint.AfterCommit), 0.0)]
    [InlineData(nameof(KillPoint.BetweenEvents), 0.2)]
    [InlineData(nameof(KillPoint.AfterCommit), 0.2)]
    public void ARotationReachesEveryMemberAlthoughTheServerDiesInIt(string point, double loss)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            using var simulation = new Simulation(new SimulationOptions { Seed = seed });
            simulation.Arrive();
            GroupKey before = KeyChecker.Newest(simulation.Server.Store, SimOrganisation.Fire)!;
            simulation.Network.Loss = loss;
            simulation["dispatcher"].RotateKey(SimOrganisation.Fire);
            simulation.Expect(() => simulation.Server.Store.Find<GroupKey>(before.Id)?.ExpiresAt is not null || point == nameof(KillPoint.BeforeCommit), TimeSpan.FromSeconds(40), "the rotation is durable");
            simulation.Server.Kill(Enum.Parse<KillPoint>(point), TimeSpan.FromMilliseconds(300));
            simulation.Expect(() => !simulation.Server.IsUp, TimeSpan.FromSeconds(40), "the server dies");

            simulation.Expect(() => simulation.Clients.All(client => client.HasNewestKeys), TimeSpan.FromSeconds(60), "every member has the newest keys, though nobody registered again");
            simulation.Expect(() => KeyChecker.Newest(simulation.Server.Store, SimOrganisation.Fire)!.Id != before.Id, TimeSpan.FromSeconds(40), "the key is another one");
        }
    }

    [Fact]
    public void ACallLosesNoPacketThroughARotation()
    {
        using var simulation = new Simulation(new SimulationOptions { Seed = 7, Duplication = 0 });
        // In order, or the floor's release would overtake the last packets.
        simulation.Network.Jitter = TimeSpan.Zero;
        simulation.Network.Reordering = 0;
        simulation.Arrive();
        simulation["alice"].PlaceCall(SimOrganisation.Fire);
        simulation.Expect(() => simulation["bob"].Call is not null && simulation["alice"].Call is not null, TimeSpan.FromSeconds(2), "the call is up");
        SimCall alice = simulation["alice"].Call!, bob = simulation["bob"].Call!;
        KeyIdentifier before = simulation["alice"].Keys.ForSending(SimOrganisation.Fire)!.Id;
        alice.Press();
        simulation.Expect(() => alice.HasFloor, TimeSpan.FromSeconds(2), "alice has the floor");

        simulation["dispatcher"].RotateKey(SimOrganisation.Fire);
        simulation.World.RunFor(TimeSpan.FromSeconds(12));
        alice.Release();
        simulation.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.NotEqual(before, simulation["alice"].Keys.ForSending(SimOrganisation.Fire)!.Id);
        Assert.Null(simulation["alice"].Keys.Find(before));
        Assert.Single(simulation.Server.Store.Load().GroupKeys, key => key.Group == SimOrganisation.Fire && new KeyIdentifier(key.KeyId).Purpose == KeyPurpose.GroupMasterKey);
        Assert.True(alice.Sent_packets > 500);
        Assert.Equal((int)alice.Sent_packets, bob.HeardFrom(alice));
    }

    [Fact]
    public void AMemberThatWasAwayDuringTheRotationGetsTheKeyWhenItIsBack()
    {
        using var simulation = new Simulation(new SimulationOptions { Seed = 8 });
        simulation.Arrive();
        SimClient bob = simulation["bob"];
        bob.Crash();
        simulation["dispatcher"].RotateKey(SimOrganisation.Fire);
        simulation.World.RunFor(TimeSpan.FromSeconds(60));
        Assert.False(bob.HasNewestKeys);

        bob.Boot();
        simulation.Arrive(bob);

        simulation.Expect(() => bob.HasNewestKeys, TimeSpan.FromSeconds(2), "bob has the newest key");
    }
}

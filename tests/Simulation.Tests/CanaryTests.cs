namespace MediaEngine.Simulation.Tests;

/// <summary>The checks must be able to fail: each rule is broken once on purpose.</summary>
public sealed class CanaryTests
{
    [Theory]
    [InlineData(nameof(SimFault.ForwardWithoutFloor), "has the floor")]
    [InlineData(nameof(SimFault.EchoMedia), "gets its own media back")]
    [InlineData(nameof(SimFault.RepeatMediaNonce), "protects a second media packet")]
    [InlineData(nameof(SimFault.RepeatServerSsrcs), "protects a second floor control packet")]
    [InlineData(nameof(SimFault.AnswerBeforeCommit), "what was acknowledged is not durable")]
    [InlineData(nameof(SimFault.ForgetNotices), "every client knows the regroups")]
    [InlineData(nameof(SimFault.ForgetGroupKeys), "of them without end")]
    public void ABrokenRuleIsFound(string fault, string complaint)
    {
        string? found = null;
        for (int seed = 0; seed < 10 && found is null; seed++)
        {
            var options = new SimulationOptions
            {
                Seed = seed,
                Duplication = 0,
                ServerKills = fault is nameof(SimFault.AnswerBeforeCommit) or nameof(SimFault.RepeatServerSsrcs) or nameof(SimFault.ForgetGroupKeys) ? 3 : 0,
                Fault = Enum.Parse<SimFault>(fault),
            };
            found = Record.Exception(() => Simulation.Run(options))?.Message;
        }
        Assert.NotNull(found);
        Assert.Contains(complaint, found, StringComparison.Ordinal);
    }

    [Fact]
    public void AWorldThatNeverRestsIsFound()
    {
        var world = new SimWorld(1);
        void Again() => world.After(TimeSpan.Zero, Again);
        Again();

        Assert.Throws<SimulationException>(() => world.RunFor(TimeSpan.FromSeconds(1)));
    }
}

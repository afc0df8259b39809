using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>
/// A temporary group call over a network that loses, delays and reorders, with clients as they are: whatever happened, once the
/// network is well again everybody in all groups sees one floor.
/// </summary>
public sealed class TemporaryGroupModelTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void After_any_trouble_all_groups_agree_who_talks() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Run(new Random(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static void Run(Random random)
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork(
            new FloorPolicy { T2 = TimeSpan.FromSeconds(6), T3 = TimeSpan.FromSeconds(1) }).Start();
        var machines = network.Clients.Values.ToDictionary(client => client.Number, client =>
            new FloorParticipant(new FloorParticipantOptions { Ssrc = client.FloorSsrc, AcceptQueuedGrantAutomatically = true }));
        var effects = new FloorEffects();
        network.OnFloor = (client, message) =>
        {
            machines[client].Receive(message, network.Now, effects);
            Send(network, client, effects);
        };
        network.OnMedia = (client, _) =>
        {
            machines[client].ReceiveMedia(network.Now, effects);
            Send(network, client, effects);
        };
        int loss_percent = random.Next(50);
        network.Fate = () => random.Next(100) < loss_percent ? null : TimeSpan.FromMilliseconds(random.Next(5, 150));

        Live(30, press: true);
        foreach ((int client, FloorParticipant machine) in machines)
        {
            machine.ReleaseToTalk(network.Now, effects);
            Send(network, client, effects);
        }
        network.Fate = () => TimeSpan.FromMilliseconds(10);
        Live(25, press: false);
        Assert.All(machines, entry => Assert.True(
            entry.Value is { State: FloorParticipantState.U_HasNoPermission, Talker: null }, View(machines)));

        int[] numbers = [.. machines.Keys];
        int talker = numbers[random.Next(numbers.Length)];
        machines[talker].PushToTalk(network.Now, effects);
        Send(network, talker, effects);
        Live(2, press: false);
        network.Forget();
        network.Fate = () => TimeSpan.Zero;
        byte[] packet = network.Talk(talker);

        Assert.Equal(FloorParticipantState.U_HasPermission, machines[talker].State);
        Assert.All(numbers.Where(number => number != talker), number =>
            Assert.True(machines[number].Talker == network.Clients[talker].McpttId, View(machines)));
        // A talker that listens to the bearer finds its own media there.
        Assert.Equal(string.Join(", ", numbers.Where(number => number != talker || number == 13)), network.TakeListeners(packet));

        void Live(int seconds, bool press)
        {
            for (Instant end = network.Now + TimeSpan.FromSeconds(seconds); network.Now < end;)
            {
                network.Advance(s_step);
                foreach ((int client, FloorParticipant machine) in machines)
                {
                    if (press && random.Next(150) == 0)
                        machine.PushToTalk(network.Now, effects);
                    else if (press && random.Next(60) == 0)
                        machine.ReleaseToTalk(network.Now, effects);
                    machine.Expire(network.Now, effects);
                    Send(network, client, effects);
                    // Now and then somebody talks who may not.
                    if (machine.State == FloorParticipantState.U_HasPermission || press && random.Next(1000) == 0)
                        network.Talk(client);
                }
            }
        }
    }

    private static string View(Dictionary<int, FloorParticipant> machines) => string.Join(
        "; ", machines.Select(entry => $"{entry.Key} {entry.Value.State} hears {entry.Value.Talker ?? "nobody"}"));

    private static void Send(TemporaryGroupNetwork network, int client, FloorEffects effects)
    {
        var messages = new List<byte[]>();
        for (int i = 0; i < effects.Count; i++)
        {
            if (effects[i].Kind == FloorEffectKind.Send)
                messages.Add(effects.Message(effects[i]).ToArray());
        }
        effects.Clear();
        foreach (byte[] message in messages)
        {
            byte[] buffer = new byte[message.Length + 64];
            message.CopyTo(buffer, 0);
            network.Floor(client, network.Clients[client].ProtectFloor(buffer, message.Length));
        }
    }
}

using MediaEngine.Mcx;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// One MC system and its clients in one world. A run is: all clients arrive, chaos, the network heals, and then everything has to
/// work within bounded virtual time and leave nothing behind.
/// </summary>
internal sealed class Simulation : IDisposable
{
    /// <summary>64*T1 and Timer D, and the delays of the network.</summary>
    private static readonly TimeSpan TransactionsEnd = TimeSpan.FromSeconds(40);

    private readonly SimulationOptions _options;

    public Simulation(SimulationOptions options)
    {
        _options = options;
        World = new SimWorld(options.Seed);
        Network = new SimNetwork(World) { Loss = options.Loss, Duplication = options.Duplication, Reordering = options.Reordering };
        Server = new SimServer(World, Network, options.Fault);
        Clients = [.. SimOrganisation.Names.Select(name => new SimClient(World, Network, Server, name, options.Fault))];
    }

    public SimWorld World { get; }

    public SimNetwork Network { get; }

    public SimServer Server { get; }

    public IReadOnlyList<SimClient> Clients { get; }

    public SimClient this[string name] => Clients.Single(client => client.Name == name);

    public static SimulationResult Run(SimulationOptions options)
    {
        using var simulation = new Simulation(options);
        try
        {
            simulation.RunAll();
        }
        catch (Exception exception)
        {
            throw new SimulationException(
                $"seed {options.Seed} at {simulation.World.Now.Nanoseconds / 1e9:f4} s: {exception.Message}\n{options}\n" +
                $"Replay it with MEDIAENGINE_SEED={options.Seed}. What happened last:\n{simulation.World.Trace.Tail(300)}", exception);
        }
        return new SimulationResult(simulation.World.Trace.Hash, simulation.World.Steps, simulation.Server.Floor.Forwarded_packets,
            simulation.Server.Durability.Promises, simulation.World.Now);
    }

    public void RunAll()
    {
        Arrive();
        new ChaosScript(this, _options).Run();
        Heal();
        CheckLiveness();
        CheckNothingLeft();
    }

    /// <summary>Clients register and affiliate; what fails is tried again.</summary>
    public void Arrive()
    {
        foreach (SimClient client in Clients)
            Arrive(client);
        Expect(() => _options.Loss > 0 || Clients.All(IsReady), TimeSpan.FromSeconds(5), "all clients are registered and affiliated and have their keys");
    }

    public void Arrive(SimClient client) => client.Register(anew: true, ends: false, status =>
    {
        if (status == 200)
            client.Affiliate(SimOrganisation.GroupsOf(client.Name));
    });

    /// <summary>Loss and partitions end, everybody is there again, and what was under way comes to its end.</summary>
    public void Heal()
    {
        Network.Heal();
        Server.Spare();
        Expect(() => Server.IsUp, TimeSpan.FromSeconds(10), "the server is up");
        // An INVITE that a former server process had answered 100 is answered by nobody: its caller has to give up.
        foreach (SimClient client in Clients)
        {
            client.Boot();
            client.CancelInvites(invite => invite.SentAt < Server.StartedAt);
        }
        Expect(() => Clients.All(client => client.Pending.Count == 0), TransactionsEnd, "every request has its final answer");
        foreach (SimClient client in Clients)
            client.HangUpAll();
        Expect(() => Clients.All(client => client.Pending.Count == 0), TransactionsEnd, "every BYE is answered");
        World.RunFor(TransactionsEnd);
    }

    public void CheckLiveness()
    {
        foreach (SimClient client in Clients)
            Arrive(client);
        Expect(() => Clients.All(IsReady), TimeSpan.FromSeconds(5), "every client is registered and affiliated and has its keys");
        CheckScreens("after healing");
        SimClient dispatcher = this["dispatcher"];
        if (Server.System.Regroups.Count > 0)
        {
            dispatcher.CancelRegroup();
            Expect(() => Clients.All(client => client.KnownRegroups.Count == 0), TimeSpan.FromSeconds(2), "every member knows that the regroup is cancelled");
        }
        int formed = -1;
        dispatcher.FormRegroup(status => formed = status);
        Expect(() => formed == 200, TimeSpan.FromSeconds(2), "the regroup is formed");
        SimClient[] members = [this["alice"], this["bob"], this["carol"], this["dave"]];
        Expect(() => members.All(member => member.KnownRegroups.Contains(SimOrganisation.Regroup)), TimeSpan.FromSeconds(2), "every member knows the regroup");
        Expect(() => Server.System.Regroups.Single().Members.All(member => member.Acknowledged), TimeSpan.FromSeconds(2), "every member has acknowledged the regroup");

        int answered = -1;
        this["bob"].PlaceCall(SimOrganisation.Regroup, implicitRequest: false, status => answered = status);
        Expect(() => answered == 200, TimeSpan.FromSeconds(2), "the regroup call is answered");
        Expect(() => members.All(member => member.Calls.Count == 1), TimeSpan.FromSeconds(2), "every member is in the call");
        TalkAll(members);

        foreach (SimClient client in members)
            client.HangUpAll();
        int cancelled = -1;
        dispatcher.CancelRegroup(status => cancelled = status);
        Expect(() => cancelled == 200, TimeSpan.FromSeconds(2), "the regroup is cancelled");
    }

    /// <summary>All press at once and talk one after the other; everybody hears everybody.</summary>
    public void TalkAll(SimClient[] members)
    {
        SimCall[] calls = [.. members.Select(member => member.Call!)];
        int[] grants = [.. calls.Select(call => call.Grants)];
        bool HasTalked(SimCall call) => call.Grants > grants[Array.IndexOf(calls, call)];
        for (int i = 0; !calls.All(HasTalked); i++)
        {
            // Who lost the floor to a higher priority before the grant arrived has to ask again.
            foreach (SimCall call in calls.Where(call => call.IsAtRest && !HasTalked(call)))
                call.Press();
            SimCall[] talking = [];
            Expect(() => i < 2 * calls.Length && (talking = [.. calls.Where(call => call.HasFloor)]).Length > 0,
                TimeSpan.FromSeconds(8), $"a requester gets the floor in turn {i + 1} of {calls.Length}");
            World.RunFor(TimeSpan.FromSeconds(1));
            foreach (SimCall call in talking)
                call.Release();
            Expect(() => talking.All(call => !call.HasFloor), TimeSpan.FromSeconds(5), "the floor is given back");
        }
        foreach (SimCall call in calls)
            call.Release();
        Expect(() => calls.All(call => call.IsAtRest), TimeSpan.FromSeconds(5), "nobody wants the floor any more");
        for (int i = 0; i < calls.Length; i++)
        {
            foreach (SimCall listener in calls.Where(call => call != calls[i]))
            {
                if (Network.Loss == 0 && listener.HeardFrom(calls[i]) < calls[i].Sent_packets * 4 / 5)
                    throw new SimulationException($"{listener} heard {listener.HeardFrom(calls[i])} of {calls[i].Sent_packets} packets of {calls[i]}");
            }
        }
    }

    public void CheckNothingLeft()
    {
        Expect(() => Clients.All(client => client.Pending.Count == 0 && client.Calls.Count == 0), TransactionsEnd, "clients have neither calls nor open requests");
        // No T4 yet: calls have to end because their members left.
        Expect(() => Server.System.CallCount == 0 && Server.Media.Calls == 0 && Server.Media.Legs == 0, TimeSpan.FromSeconds(5), "no call is left at the server");
        // Twice: a notice to an address that is gone is followed by the one that was sent since.
        Expect(() => Server.TransactionCount == 0 && Clients.All(client => client.TransactionCount == 0), 2 * TransactionsEnd, "no transaction is left");
        Expect(() => Server.System.PendingRequestCount == 0, TransactionsEnd, "the MC system waits for no answer any more");
        CheckScreens("at the end");
    }

    public void Expect(Func<bool> condition, TimeSpan bound, string what)
    {
        if (!World.RunUntil(condition, bound))
            throw new SimulationException($"not within {bound.TotalSeconds} s: {what}");
    }

    public void Dispose()
    {
        foreach (SimClient client in Clients)
        {
            foreach (SimCall call in client.Calls)
                call.Dispose();
        }
        Server.Floor.Dispose();
    }

    /// <summary>It can take part in everything.</summary>
    private static bool IsReady(SimClient client) =>
        client.IsRegistered && client.HasNewestKeys && client.AffiliatedTo.SequenceEqual(SimOrganisation.GroupsOf(client.Name));

    /// <summary>What clients show is what is in effect.</summary>
    private void CheckScreens(string when) => Expect(
        () => Clients.All(client => client.KnownRegroups.Order().SequenceEqual(Server.System.Regroups
            .Where(regroup => regroup.HasMember(SimOrganisation.McpttId(client.Name), SimOrganisation.ClientId(client.Name)))
            .Select(regroup => regroup.Id).Order())),
        TimeSpan.FromSeconds(5),
        $"{when} every client knows the regroups it is a member of and no others");
}

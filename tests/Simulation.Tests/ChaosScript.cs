namespace MediaEngine.Simulation.Tests;

/// <summary>What people and machines do while the network is bad: everybody acts when he likes, and things break.</summary>
internal sealed class ChaosScript
{
    private readonly Simulation _simulation;
    private readonly SimulationOptions _options;
    private readonly Random _random;
    private bool _over;

    public ChaosScript(Simulation simulation, SimulationOptions options)
    {
        _simulation = simulation;
        _options = options;
        _random = simulation.World.NewRandom();
    }

    public void Run()
    {
        foreach (SimClient client in _simulation.Clients)
            Later(0, 1, () => Act(client));
        for (int i = 0; i < _options.ServerKills; i++)
        {
            Later(1, _options.Chaos.TotalSeconds, () =>
                _simulation.Server.Kill((KillPoint)_random.Next(3), TimeSpan.FromSeconds(0.05 + 3 * _random.NextDouble())));
        }
        if (_options.Partitions)
            Later(1, 5, Partition);
        _simulation.World.RunFor(_options.Chaos);
        _over = true;
    }

    private void Later(double from_s, double to_s, Action action) =>
        _simulation.World.After(TimeSpan.FromSeconds(from_s + (to_s - from_s) * _random.NextDouble()), () =>
        {
            if (!_over)
                action();
        });

    private void Partition()
    {
        SimClient client = _simulation.Clients[_random.Next(_simulation.Clients.Count)];
        _simulation.Network.Partition(client.Address, TimeSpan.FromSeconds(0.5 + 8 * _random.NextDouble()));
        Later(2, 8, Partition);
    }

    private void Act(SimClient client)
    {
        Later(0.2, 2.5, () => Act(client));
        if (!client.IsUp)
        {
            client.Boot();
            _simulation.Arrive(client);
            return;
        }
        bool signalling = client.Pending.Any(exchange => exchange.Call is null);
        if (!client.IsRegistered || client.AffiliatedTo.Length == 0 && client.Name != "dispatcher")
        {
            if (!signalling)
                _simulation.Arrive(client);
            return;
        }
        if (client.Name == "dispatcher")
        {
            if (!signalling)
                ActAsDispatcher(client);
            return;
        }
        switch (_random.Next(100))
        {
            case < 45:
                Talk(client);
                break;
            case < 65:
                PlaceCall(client);
                break;
            case < 73:
                client.HangUpAll();
                break;
            case < 76:
                client.CancelInvites(_ => true);
                break;
            case < 84 when !signalling:
                string[] groups = SimOrganisation.GroupsOf(client.Name);
                client.Affiliate([.. groups.Where(_ => _random.Next(3) > 0)]);
                break;
            case < 88 when !signalling:
                client.Register(anew: _random.Next(2) == 0, ends: false);
                break;
            case < 90 when !signalling:
                client.HangUpAll();
                client.Register(anew: false, ends: true);
                break;
            case < 94 when _options.Crashes:
                client.Crash();
                break;
            default:
                break;
        }
    }

    private void ActAsDispatcher(SimClient dispatcher)
    {
        switch (_random.Next(12))
        {
            case < 5:
                dispatcher.FormRegroup();
                break;
            case 10:
                dispatcher.RotateKey(SimOrganisation.Fire);
                break;
            case 11:
                dispatcher.RotateKey(SimOrganisation.Preconfigured);
                break;
            case < 7:
                dispatcher.CancelRegroup();
                break;
            default:
                break;
        }
    }

    private void PlaceCall(SimClient client)
    {
        if (client.Calls.Count > 0 || client.Pending.Any(exchange => exchange.Call is not null))
            return;
        string[] groups = client.KnownRegroups.Count > 0 ? [.. client.KnownRegroups] : client.AffiliatedTo;
        client.PlaceCall(groups[_random.Next(groups.Length)], implicitRequest: _random.Next(2) == 0);
    }

    private void Talk(SimClient client)
    {
        if (client.Call is not { } call)
            return;
        call.Press();
        Later(0.05, 4, call.Release);
    }
}

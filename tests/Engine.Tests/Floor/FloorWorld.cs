using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>
/// One floor control server and several participants over links that lose, delay, reorder and double what they carry, all from
/// one seed. Users press, release, leave and come back as they like; after <see cref="Heal"/> nothing is lost and nobody does
/// anything unasked. Of a temporary group call the last participants are behind a non-controlling function, whose link to the
/// server is no better.
/// </summary>
internal sealed class FloorWorld
{
    private const int Function = 100;
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(20);

    private readonly Random _random;
    private readonly FloorPolicy _policy;
    private readonly int _loss_percent;
    private readonly PriorityQueue<Action, (long, long)> _network = new();
    private readonly FloorEffects _serverEffects = new();
    private readonly FloorEffects _functionEffects = new();
    private readonly FloorArbiter _arbiter;
    private readonly NonControllingFloor _function = new(
        new NonControllingFloorOptions { UpstreamSsrc = 2, DownstreamSsrc = 3 }, new CountingEntropy());
    private readonly FloorWorldClient[] _clients;
    private readonly HashSet<int> _granted = [];
    private readonly StringBuilder _trace = new();
    private bool _healed;
    private long _sent;

    public FloorWorld(int seed, FloorPolicy policy, int loss_percent, int participants, int behindFunction = 0)
    {
        _random = new Random(seed);
        _policy = policy;
        _loss_percent = loss_percent;
        _arbiter = new FloorArbiter(policy, 1, Now, _serverEffects);
        _clients =
        [
            .. Enumerable.Range(1, participants).Select(number => new FloorWorldClient(number, number > participants - behindFunction)),
        ];
        if (behindFunction > 0)
        {
            _arbiter.Join(Function, new FloorParticipantProfile
            {
                McpttId = "sip:function@mc.example",
                NegotiatedPriority = 4,
                IsNonControllingFunction = true,
            }, false, Now, _serverEffects);
        }
        foreach (FloorWorldClient client in _clients)
            Join(client);
    }

    public Instant Now { get; private set; } = Instant.Zero;

    public string Trace => _trace.ToString();

    public int Grants { get; private set; }

    /// <summary>The server's and every participant's view of who talks.</summary>
    public string View => $"server {_arbiter.State} {_arbiter.Talker}; " + string.Join("; ", _clients.Select(client =>
        $"{client.Number} {client.Machine.State} hears {client.Machine.Talker ?? "nobody"}, server: {_arbiter.StateOf(client.Number)}"));

    public void Run(double seconds)
    {
        Instant end = Now + TimeSpan.FromSeconds(seconds);
        while (Now < end)
            Step();
    }

    /// <summary>From now on the network is perfect; everybody is in the call and lets go of the button.</summary>
    public void Heal()
    {
        _healed = true;
        foreach (FloorWorldClient client in _clients)
        {
            if (!client.InCall)
                Join(client);
            client.SendsUnasked = 0;
            client.Press(false, Now);
        }
    }

    public void Press(int number) => _clients[number - 1].Press(true, Now);

    public void Press(int number, FloorIndicator callType)
    {
        _clients[number - 1].Machine.CallType = callType;
        Press(number);
    }

    public void Release(int number) => _clients[number - 1].Press(false, Now);

    /// <summary>Nobody talks, and everybody, the server included, knows it.</summary>
    public void AssertEverybodyAtRest()
    {
        Require(_arbiter is { State: FloorServerState.G_FloorIdle, TalkerCount: 0, QueueLength: 0 });
        foreach (FloorWorldClient client in _clients)
        {
            Require(client.Machine is { State: FloorParticipantState.U_HasNoPermission, Talker: null });
            Require(client.IsBehindFunction
                ? _function.StateOf(client.Number) == NonControllingParticipantState.P_HasNoPermission
                : _arbiter.StateOf(client.Number) == FloorServerParticipantState.U_NotPermittedAndFloorIdle);
        }
    }

    /// <summary>This participant talks, and everybody hears that it is this one.</summary>
    public void AssertEverybodyHears(int talker)
    {
        Require(_arbiter.Talker == (_clients[talker - 1].IsBehindFunction ? Function : talker));
        foreach (FloorWorldClient client in _clients)
        {
            if (client.Number == talker)
                Require(client.Machine.State == FloorParticipantState.U_HasPermission);
            else
                Require(client.Machine.Talker == Identity(talker));
        }
    }

    /// <summary>Everybody believes that exactly those talk whom the server lets.</summary>
    public void AssertEverybodySeesTheTalkers(params int[] talkers)
    {
        Require(talkers.All(_arbiter.MaySendMedia) && _arbiter.TalkerCount == talkers.Length);
        foreach (FloorWorldClient client in _clients)
        {
            bool talks = talkers.Contains(client.Number);
            Require(talks == (client.Machine.State == FloorParticipantState.U_HasPermission));
            string[] heard = [.. client.Talkers.Where(talker => talker != client.McpttId)];
            Require(heard.SequenceEqual(talkers.Where(talker => talker != client.Number).Order().Select(Identity)));
        }
    }

    /// <summary>Both talk and hear each other; the others are told of who overrides.</summary>
    public void AssertOverriding(int talker, int overriding)
    {
        Require(_arbiter.Talker == talker && _arbiter.OverridingTalker == overriding);
        foreach (FloorWorldClient client in _clients)
        {
            Require(client.Machine.Talker == Identity(client.Number == overriding ? talker : overriding));
            Require(client.Machine.IsOverriding == (client.Number == overriding));
            Require(client.Machine.IsOverridden == (client.Number == talker));
        }
    }

    /// <summary>These wait, in this order, and know their places.</summary>
    public void AssertQueue(params int[] waiting)
    {
        Require(_arbiter.QueueLength == waiting.Length);
        for (int place = 1; place <= waiting.Length; place++)
        {
            FloorWorldClient client = _clients[waiting[place - 1] - 1];
            Require(_arbiter.QueuePositionOf(client.Number) == place && client.Machine.State == FloorParticipantState.U_Queued);
        }
    }

    public static string Identity(int number) => $"sip:p{number}@mc.example";

    private void Step()
    {
        Now += s_step;
        while (_network.TryPeek(out _, out (long At, long) key) && key.At <= Now.Nanoseconds)
            _network.Dequeue()();
        if (Now == Instant.FromMilliseconds(1000))
            _arbiter.CompleteInitialising(Now, _serverEffects);
        if (_arbiter.NextDeadline <= Now)
            _arbiter.Expire(Now, _serverEffects);
        Require(_arbiter.NextDeadline > Now);
        foreach (FloorWorldClient client in _clients)
        {
            if (!_healed)
                Live(client);
            client.Step(Now);
            SendToServer(client);
        }
        SendToClients();
        CheckServer();
    }

    // What users do on their own.
    private void Live(FloorWorldClient client)
    {
        int dice = _random.Next(1000);
        if (dice == 0 && client.InCall)
        {
            Note($"{client.Number} leaves");
            client.EndSession();
            if (client.IsBehindFunction)
                _function.Leave(client.Number, _functionEffects);
            else
                _arbiter.Leave(client.Number, Now, _serverEffects);
            SendFromFunction();
        }
        else if (dice < 5 && !client.InCall)
        {
            Join(client);
        }
        else if (dice < 20 && client.SendsUnasked == 0)
        {
            client.Machine.CallType = _random.Next(6) == 0 ? FloorIndicator.Emergency : FloorIndicator.Normal;
            client.Press(!client.Pressed, Now);
        }
        else if (dice == 20)
        {
            client.SendsUnasked = 5;
        }
        else if (dice == 21 && client.Machine.State == FloorParticipantState.U_HasPermission)
        {
            client.SendsUnasked = 500; // half a minute, whatever it is told
        }
    }

    private void Join(FloorWorldClient client)
    {
        bool implicitRequest = !_healed && !client.IsBehindFunction && _random.Next(4) == 0;
        Note($"{client.Number} joins{(implicitRequest ? " and asks" : "")}");
        client.BeginSession(implicitRequest, Now);
        var profile = new FloorParticipantProfile
        {
            McpttId = client.McpttId,
            QueueingNegotiated = client.Number % 3 != 0,
            MayClaimEmergency = client.Number % 4 != 0,
            NegotiatedPriority = client.Number % 2 == 0 ? (byte)client.Number : null,
        };
        Assert.Equal(FloorOutcome.Ok, client.IsBehindFunction ? _function.Join(client.Number, profile, _functionEffects)
            : _arbiter.Join(client.Number, profile, implicitRequest, Now, _serverEffects));
        SendFromFunction();
        SendToClients();
    }

    private void SendToServer(FloorWorldClient client)
    {
        for (int i = 0; i < client.Effects.Count; i++)
        {
            if (client.Effects[i].Kind != FloorEffectKind.Send)
                continue;
            byte[] message = client.Effects.Message(client.Effects[i]).ToArray();
            Carry(client, () =>
            {
                Note($"{client.Number} sends {Convert.ToHexString(message)}");
                if (client.IsBehindFunction)
                    _function.Receive(client.Number, message, Now, _functionEffects);
                else
                    _arbiter.Receive(client.Number, message, Now, _serverEffects);
                SendFromFunction();
                SendToClients();
            });
        }
        client.Effects.Clear();
        if (client.SendsMedia(Now))
            Carry(client, () => Forward(client));
    }

    // Media passes exactly when the server said so before.
    private void Forward(FloorWorldClient from)
    {
        if (from.IsBehindFunction)
        {
            bool up = _function.ReceiveMedia(from.Number, Now, _functionEffects);
            Require(up == (_function.StateOf(from.Number) == NonControllingParticipantState.P_HasPermission));
            SendFromFunction();
            if (up)
                Carry(() => true, () => Forward(from, Function));
            return;
        }
        Forward(from, from.Number);
    }

    private void Forward(FloorWorldClient from, int session)
    {
        bool forwarded = _arbiter.ReceiveMedia(session, Now, _serverEffects);
        Require(forwarded == _granted.Contains(session));
        SendToClients();
        if (!forwarded)
            return;
        foreach (FloorWorldClient client in _clients)
        {
            if (client != from)
                Carry(client, () => client.Machine.ReceiveMedia(Now, client.Effects));
        }
    }

    private void SendFromFunction()
    {
        for (int i = 0; i < _functionEffects.Count; i++)
        {
            FloorEffect effect = _functionEffects[i];
            byte[] message = _functionEffects.Message(effect).ToArray();
            if (effect.Kind == FloorEffectKind.SendToControllingFunction)
            {
                Carry(() => true, () =>
                {
                    Note($"function sends {Convert.ToHexString(message)}");
                    _arbiter.Receive(Function, message, Now, _serverEffects);
                    SendToClients();
                });
            }
            else if (effect.Kind == FloorEffectKind.Send)
            {
                FloorWorldClient client = _clients[effect.Participant - 1];
                Carry(client, () => client.Machine.Receive(message, Now, client.Effects));
            }
        }
        _functionEffects.Clear();
    }

    private void ReceiveAtFunction(byte[] message)
    {
        _function.ReceiveFromControllingFunction(message, Now, _functionEffects);
        SendFromFunction();
    }

    private void SendToClients()
    {
        for (int i = 0; i < _serverEffects.Count; i++)
        {
            FloorEffect effect = _serverEffects[i];
            switch (effect.Kind)
            {
                case FloorEffectKind.FloorTaken:
                    _granted.Clear();
                    Granted(effect.Participant);
                    break;
                case FloorEffectKind.TalkerAdded:
                    Granted(effect.Participant);
                    break;
                case FloorEffectKind.TalkerEnded:
                    _granted.Remove(effect.Participant);
                    break;
                case FloorEffectKind.FloorIdle:
                    _granted.Clear();
                    break;
                case FloorEffectKind.Send:
                    byte[] message = _serverEffects.Message(effect).ToArray();
                    Note($"{effect.MessageType} to {effect.Participant}: {Convert.ToHexString(message)}");
                    if (effect.Participant == Function)
                    {
                        Carry(() => true, () => ReceiveAtFunction(message));
                        break;
                    }
                    FloorWorldClient client = _clients[effect.Participant - 1];
                    Carry(client, () => client.Machine.Receive(message, Now, client.Effects));
                    break;
            }
        }
        _serverEffects.Clear();
    }

    private void CheckServer()
    {
        int most = _policy.DualFloor ? 2 : _policy.MaxTalkers;
        Assert.InRange(_granted.Count, 0, most);
        Assert.Equal(_granted.Count, _arbiter.TalkerCount);
        // Every talk ends: T2 or T12 from its first packet, with T1 before that and T3 after.
        TimeSpan longest = _policy.T1 + _policy.T2 + _policy.T3 + (_policy.DualFloor ? _policy.T12 : TimeSpan.Zero) + s_step * 2;
        foreach (FloorWorldClient client in _clients)
        {
            Assert.Equal(_granted.Contains(client.Number), _arbiter.MaySendMedia(client.Number));
            bool permitted = _arbiter.StateOf(client.Number) is FloorServerParticipantState.U_Permitted or
                FloorServerParticipantState.U_PendingFloorRevoke;
            Assert.Equal(_granted.Contains(client.Number), permitted);
            client.PermittedSince = permitted ? client.PermittedSince ?? Now : null;
            Require(client.PermittedSince is not { } since || Now - since <= longest);
        }
    }

    private void Granted(int number)
    {
        _granted.Add(number);
        // Another talk, even when the last one ended in the same step.
        foreach (FloorWorldClient client in _clients.Where(client => client.Number == number))
            client.PermittedSince = null;
        Grants++;
    }

    private void Carry(FloorWorldClient client, Action delivery)
    {
        int session = client.Session;
        Carry(() => client.InCall && client.Session == session, delivery);
    }

    private void Carry(Func<bool> isThere, Action delivery)
    {
        int copies = !_healed && _random.Next(20) == 0 ? 2 : 1;
        for (; copies > 0; copies--)
        {
            if (!_healed && _random.Next(100) < _loss_percent)
                continue;
            Instant at = Now + TimeSpan.FromMilliseconds(_healed ? 20 : _random.Next(10, 200));
            _network.Enqueue(() =>
            {
                if (isThere())
                    delivery();
            }, (at.Nanoseconds, _sent++));
        }
    }

    private void Require(bool condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (!condition)
            Assert.Fail($"{what}: {View}");
    }

    private void Note(string what) =>
        _trace.Append(CultureInfo.InvariantCulture, $"{Now.Milliseconds,7} {what}\n");
}

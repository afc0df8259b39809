using System.Globalization;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>
/// One floor control server and several participants over links that lose, delay, reorder and double what they carry, all from
/// one seed. Users press, release, leave and come back as they like; after <see cref="Heal"/> nothing is lost and nobody does
/// anything unasked.
/// </summary>
internal sealed class FloorWorld
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(20);

    private readonly Random _random;
    private readonly FloorPolicy _policy;
    private readonly int _loss_percent;
    private readonly PriorityQueue<Action, (long, long)> _network = new();
    private readonly FloorEffects _serverEffects = new();
    private readonly FloorArbiter _arbiter;
    private readonly Client[] _clients;
    private readonly HashSet<int> _granted = [];
    private readonly StringBuilder _trace = new();
    private bool _healed;
    private long _sent;

    public FloorWorld(int seed, FloorPolicy policy, int loss_percent, int participants)
    {
        _random = new Random(seed);
        _policy = policy;
        _loss_percent = loss_percent;
        _arbiter = new FloorArbiter(policy, 1, Now, _serverEffects);
        _clients = [.. Enumerable.Range(1, participants).Select(number => new Client(number))];
        foreach (Client client in _clients)
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
        foreach (Client client in _clients)
        {
            if (!client.InCall)
                Join(client);
            client.SendsUnasked = 0;
            client.Press(false, Now);
        }
    }

    public void Press(int number) => _clients[number - 1].Press(true, Now);

    /// <summary>Nobody talks, and everybody, the server included, knows it.</summary>
    public void AssertEverybodyAtRest()
    {
        Assert.True(_arbiter is { State: FloorServerState.G_FloorIdle, TalkerCount: 0, QueueLength: 0 }, View);
        foreach (Client client in _clients)
        {
            Assert.True(client.Machine is { State: FloorParticipantState.U_HasNoPermission, Talker: null }, View);
            Assert.True(_arbiter.StateOf(client.Number) == FloorServerParticipantState.U_NotPermittedAndFloorIdle, View);
        }
    }

    /// <summary>This participant talks, and everybody hears that it is this one.</summary>
    public void AssertEverybodyHears(int talker)
    {
        Assert.True(_arbiter.Talker == talker, View);
        foreach (Client client in _clients)
        {
            if (client.Number == talker)
                Assert.True(client.Machine.State == FloorParticipantState.U_HasPermission, View);
            else
                Assert.True(client.Machine.Talker == Identity(talker), View);
        }
    }

    private static string Identity(int number) => $"sip:p{number}@mc.example";

    private void Step()
    {
        Now += s_step;
        while (_network.TryPeek(out _, out (long At, long) key) && key.At <= Now.Nanoseconds)
            _network.Dequeue()();
        if (_arbiter.NextDeadline <= Now)
            _arbiter.Expire(Now, _serverEffects);
        Assert.True(_arbiter.NextDeadline > Now);
        foreach (Client client in _clients)
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
    private void Live(Client client)
    {
        int dice = _random.Next(1000);
        if (dice == 0 && client.InCall)
        {
            Note($"{client.Number} leaves");
            client.EndSession();
            _arbiter.Leave(client.Number, Now, _serverEffects);
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

    private void Join(Client client)
    {
        bool implicitRequest = !_healed && _random.Next(4) == 0;
        Note($"{client.Number} joins{(implicitRequest ? " and asks" : "")}");
        client.BeginSession(implicitRequest, Now);
        Assert.Equal(FloorOutcome.Ok, _arbiter.Join(client.Number, new FloorParticipantProfile
        {
            McpttId = Identity(client.Number),
            QueueingNegotiated = client.Number % 3 != 0,
            MayClaimEmergency = client.Number % 4 != 0,
            NegotiatedPriority = client.Number % 2 == 0 ? (byte)client.Number : null,
        }, implicitRequest, Now, _serverEffects));
        SendToClients();
    }

    private void SendToServer(Client client)
    {
        for (int i = 0; i < client.Effects.Count; i++)
        {
            if (client.Effects[i].Kind != FloorEffectKind.Send)
                continue;
            byte[] message = client.Effects.Message(client.Effects[i]).ToArray();
            Carry(client, () =>
            {
                Note($"{client.Number} sends {(FloorMessageType)(message[0] & 0xF)}");
                _arbiter.Receive(client.Number, message, Now, _serverEffects);
                SendToClients();
            });
        }
        client.Effects.Clear();
        if (client.SendsMedia(Now))
            Carry(client, () => Forward(client));
    }

    // Media passes exactly when the server said so before.
    private void Forward(Client from)
    {
        bool forwarded = _arbiter.ReceiveMedia(from.Number, Now, _serverEffects);
        Assert.True(forwarded == _granted.Contains(from.Number), $"media of {from.Number} at {Now}: {View}");
        SendToClients();
        if (!forwarded)
            return;
        foreach (Client client in _clients)
        {
            if (client != from)
                Carry(client, () => client.Machine.ReceiveMedia(Now, client.Effects));
        }
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
                    _granted.Add(effect.Participant);
                    Grants++;
                    break;
                case FloorEffectKind.TalkerAdded:
                    _granted.Add(effect.Participant);
                    Grants++;
                    break;
                case FloorEffectKind.TalkerEnded:
                    _granted.Remove(effect.Participant);
                    break;
                case FloorEffectKind.FloorIdle:
                    _granted.Clear();
                    break;
                case FloorEffectKind.Send:
                    byte[] message = _serverEffects.Message(effect).ToArray();
                    Client client = _clients[effect.Participant - 1];
                    Note($"{effect.MessageType} to {effect.Participant}");
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
        foreach (Client client in _clients)
        {
            Assert.Equal(_granted.Contains(client.Number), _arbiter.MaySendMedia(client.Number));
            bool permitted = _arbiter.StateOf(client.Number) is FloorServerParticipantState.U_Permitted or
                FloorServerParticipantState.U_PendingFloorRevoke;
            Assert.Equal(_granted.Contains(client.Number), permitted);
            // Every talk ends: T2 or T12 from its first packet, with T1 before that and T3 after.
            client.PermittedSince = permitted ? client.PermittedSince ?? Now : null;
            TimeSpan longest = _policy.T1 + _policy.T2 + _policy.T12 + _policy.T3 + s_step * 2;
            Assert.True(client.PermittedSince is not { } since || Now - since <= longest, View);
        }
    }

    private void Carry(Client client, Action delivery)
    {
        int session = client.Session;
        int copies = !_healed && _random.Next(20) == 0 ? 2 : 1;
        for (; copies > 0; copies--)
        {
            if (!_healed && _random.Next(100) < _loss_percent)
                continue;
            Instant at = Now + TimeSpan.FromMilliseconds(_healed ? 20 : _random.Next(10, 200));
            _network.Enqueue(() =>
            {
                if (client.InCall && client.Session == session)
                    delivery();
            }, (at.Nanoseconds, _sent++));
        }
    }

    private void Note(string what) =>
        _trace.Append(CultureInfo.InvariantCulture, $"{Now.Milliseconds,7} {what}\n");

    private sealed class Client(int number)
    {
        private Instant _nextPacket = Instant.Zero;

        public int Number { get; } = number;

        public int Session { get; private set; }

        public bool InCall { get; private set; }

        public bool Pressed { get; private set; }

        /// <summary>Packets a broken client sends although it may not.</summary>
        public int SendsUnasked { get; set; }

        public Instant? PermittedSince { get; set; }

        public FloorEffects Effects { get; } = new();

        public FloorParticipant Machine { get; } = new(new FloorParticipantOptions
        {
            Ssrc = (uint)number,
            Priority = 4,
            AcceptQueuedGrantAutomatically = true,
        });

        public void BeginSession(bool implicitRequest, Instant now)
        {
            Session++;
            InCall = true;
            Pressed = implicitRequest;
            Machine.CompleteCallRelease();
            Machine.Start(implicitRequest, now);
        }

        public void EndSession()
        {
            InCall = false;
            Pressed = false;
            SendsUnasked = 0;
            Machine.ReleaseCall();
        }

        public void Press(bool pressed, Instant now)
        {
            if (!InCall)
                return;
            Pressed = pressed;
            if (pressed)
                Machine.PushToTalk(now, Effects);
            else
                Machine.ReleaseToTalk(now, Effects);
        }

        public void Step(Instant now)
        {
            if (Machine.NextDeadline <= now)
                Machine.Expire(now, Effects);
            Assert.True(Machine.NextDeadline > now);
        }

        public bool SendsMedia(Instant now)
        {
            bool talks = Machine.State == FloorParticipantState.U_HasPermission || SendsUnasked > 0;
            if (!talks || now < _nextPacket)
                return false;
            SendsUnasked -= SendsUnasked > 0 ? 1 : 0;
            _nextPacket = now + TimeSpan.FromMilliseconds(60);
            return true;
        }
    }
}

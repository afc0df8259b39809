using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>
/// One arbiter and several participants over links that lose, delay, reorder and double what they carry. The last participant
/// vanishes the moment it has the floor.
/// </summary>
public sealed class FloorLivenessTests
{
    private const int Talks = 3;
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(4, 30)]
    [InlineData(5, 30)]
    [InlineData(6, 40)]
    [InlineData(7, 40)]
    [InlineData(8, 50)]
    public void Everybody_who_asks_talks_in_the_end(int seed, int loss_percent)
    {
        var world = new World(seed, loss_percent, participants: 6);
        while (world.Now < Instant.FromMilliseconds(3_600_000) && !world.Done)
            world.Step();
        Assert.True(world.Done, $"after {world.Now.Milliseconds / 1000} s: {world}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        long Run()
        {
            var world = new World(42, 30, participants: 4);
            while (!world.Done)
                world.Step();
            return world.Now.Milliseconds;
        }
        Assert.Equal(Run(), Run());
    }

    private sealed class World
    {
        private readonly Random _random;
        private readonly int _loss_percent;
        private readonly PriorityQueue<Action, (long, long)> _network = new();
        private readonly FloorEffects _serverEffects = new();
        private readonly FloorArbiter _arbiter;
        private readonly Client[] _clients;
        private long _sent;

        public World(int seed, int loss_percent, int participants)
        {
            _random = new Random(seed);
            _loss_percent = loss_percent;
            _arbiter = new FloorArbiter(new FloorPolicy { T2 = TimeSpan.FromSeconds(6) }, 1, Now, _serverEffects);
            _clients = [.. Enumerable.Range(1, participants).Select(number => new Client(number))];
            _clients[^1].VanishesWithTheFloor = true;
            foreach (Client client in _clients)
            {
                _arbiter.Join(client.Number, new FloorParticipantProfile
                {
                    McpttId = $"sip:p{client.Number}@mc.example",
                    QueueingNegotiated = client.Number % 3 != 0,
                    NegotiatedPriority = client.Number % 2 == 0 ? (byte)4 : null,
                }, false, Now, _serverEffects);
            }
        }

        public Instant Now { get; private set; } = Instant.Zero;

        public bool Done => _clients.All(client => client.Vanished || client.Talked >= Talks) && _clients[^1].Vanished;

        public void Step()
        {
            Now += s_step;
            while (_network.TryPeek(out _, out (long At, long) key) && key.At <= Now.Nanoseconds)
                _network.Dequeue()();
            if (_arbiter.NextDeadline <= Now)
                _arbiter.Expire(Now, _serverEffects);
            foreach (Client client in _clients)
            {
                client.Step(Now, _random);
                SendToServer(client);
            }
            SendToClients();
        }

        public override string ToString() => $"{_arbiter.State}, talker {_arbiter.Talker}; " + string.Join("; ", _clients.Select(
            client => $"{client.Number}: {client.Talked} {client.Machine.State} {_arbiter.StateOf(client.Number)}"));

        private void SendToServer(Client client)
        {
            for (int i = 0; i < client.Effects.Count; i++)
            {
                if (client.Effects[i].Kind != FloorEffectKind.Send)
                    continue;
                byte[] message = client.Effects.Message(client.Effects[i]).ToArray();
                Carry(() => _arbiter.Receive(client.Number, message, Now, _serverEffects));
            }
            client.Effects.Clear();
            if (client.SendsMedia(Now))
                Carry(() => Forward(client));
        }

        private void Forward(Client from)
        {
            if (!_arbiter.ReceiveMedia(from.Number, Now, _serverEffects))
                return;
            from.Heard();
            foreach (Client client in _clients)
            {
                if (client != from)
                    Carry(() => client.Machine.ReceiveMedia(Now, client.Effects));
            }
        }

        private void SendToClients()
        {
            for (int i = 0; i < _serverEffects.Count; i++)
            {
                FloorEffect effect = _serverEffects[i];
                if (effect.Kind != FloorEffectKind.Send)
                    continue;
                byte[] message = _serverEffects.Message(effect).ToArray();
                Client client = _clients[effect.Participant - 1];
                Carry(() =>
                {
                    if (!client.Vanished)
                        client.Machine.Receive(message, Now, client.Effects);
                });
            }
            _serverEffects.Clear();
        }

        private void Carry(Action delivery)
        {
            for (int copies = _random.Next(20) == 0 ? 2 : 1; copies > 0; copies--)
            {
                if (_random.Next(100) < _loss_percent)
                    continue;
                Instant at = Now + TimeSpan.FromMilliseconds(_random.Next(10, 80));
                _network.Enqueue(delivery, (at.Nanoseconds, _sent++));
            }
        }
    }

    /// <summary>A user who wants to talk for a second, again and again, and lets go of the button when refused.</summary>
    private sealed class Client(int number)
    {
        private Instant _next = Instant.Zero;
        private Instant _nextPacket = Instant.Zero;
        private Instant _talkEnds = Instant.Never;
        private bool _heard;
        private bool _pressed;

        public int Number { get; } = number;

        public bool VanishesWithTheFloor { get; set; }

        public bool Vanished { get; private set; }

        public int Talked { get; private set; }

        public FloorEffects Effects { get; } = new();

        public FloorParticipant Machine { get; } = new(new FloorParticipantOptions
        {
            Ssrc = (uint)number,
            Priority = 4,
            AcceptQueuedGrantAutomatically = true,
        });

        public void Step(Instant now, Random random)
        {
            Vanished |= VanishesWithTheFloor && Machine.State == FloorParticipantState.U_HasPermission;
            if (Vanished)
                return;
            if (Machine.NextDeadline <= now)
                Machine.Expire(now, Effects);
            bool talks = Machine.State == FloorParticipantState.U_HasPermission;
            if (talks && _talkEnds.IsNever)
            {
                _talkEnds = now + TimeSpan.FromSeconds(1);
                _heard = false;
            }
            else if (!talks && !_talkEnds.IsNever)
            {
                EndTalk(now, random);
            }
            else if (talks && now >= _talkEnds)
            {
                Machine.ReleaseToTalk(now, Effects);
                EndTalk(now, random);
            }
            if (_pressed && Machine.State == FloorParticipantState.U_HasNoPermission)
                LetGo(now, random);
            if (!_pressed && Talked < Talks && now >= _next && Machine.State == FloorParticipantState.U_HasNoPermission)
            {
                _pressed = true;
                Machine.PushToTalk(now, Effects);
            }
        }

        public bool SendsMedia(Instant now)
        {
            if (Vanished || Machine.State != FloorParticipantState.U_HasPermission || now < _nextPacket)
                return false;
            _nextPacket = now + TimeSpan.FromMilliseconds(60);
            return true;
        }

        public void Heard() => _heard = true;

        private void EndTalk(Instant now, Random random)
        {
            _talkEnds = Instant.Never;
            if (_heard)
                Talked++;
            LetGo(now, random);
        }

        private void LetGo(Instant now, Random random)
        {
            if (_pressed)
                Machine.ReleaseToTalk(now, Effects);
            _pressed = false;
            _next = now + TimeSpan.FromMilliseconds(random.Next(500, 3000));
        }
    }
}

using BenchmarkDotNet.Attributes;
using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Bench.Micro;

/// <summary>
/// Events a floor control server takes per second on one core: time per event, an event being a message or a media packet of a
/// participant with everything written that follows from it.
/// </summary>
[MemoryDiagnoser]
[MinColumn]
public class FloorArbiterBenchmarks
{
    private const int Talks = 100;
    private const int PacketsOfATalk = 50;

    private readonly FloorEffects _effects = new();
    private readonly byte[] _request = new byte[64];
    private readonly byte[] _release = new byte[64];
    private FloorArbiter _arbiter = null!;
    private int _request_bytes;
    private int _release_bytes;
    private long _now_ms;

    [Params(4, 100)]
    public int Participants { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var request = new FloorMessageWriter(_request, FloorMessageType.Request, ackRequired: false, 1);
        request.AddFloorPriority(5);
        request.AddFloorIndicator(FloorIndicator.Normal);
        _request_bytes = request.Complete();
        _release_bytes = new FloorMessageWriter(_release, FloorMessageType.Release, ackRequired: false, 1).Complete();
        _now_ms = 0;
        _arbiter = new FloorArbiter(new FloorPolicy(), 1, Instant.Zero, _effects);
        for (int number = 1; number <= Participants; number++)
        {
            _arbiter.Join(number, new FloorParticipantProfile
            {
                McpttId = $"sip:participant{number}@mission-critical.example",
                QueueingNegotiated = true,
                NegotiatedPriority = 5,
                AudioSsrc = (uint)number,
            }, false, Instant.Zero, _effects);
        }
    }

    /// <summary>Request, a second of media, Release; one after the other.</summary>
    [Benchmark(OperationsPerInvoke = Talks * (PacketsOfATalk + 2))]
    public int Talk()
    {
        int sent = 0;
        for (int talk = 0; talk < Talks; talk++)
        {
            int number = 1 + talk % Participants;
            sent += Receive(number, _request.AsSpan(0, _request_bytes));
            for (int packet = 0; packet < PacketsOfATalk; packet++)
            {
                _now_ms += 20;
                _effects.Clear();
                _arbiter.ReceiveMedia(number, Instant.FromMilliseconds(_now_ms), _effects);
            }
            sent += Receive(number, _release.AsSpan(0, _release_bytes));
        }
        return sent;
    }

    /// <summary>Nothing but messages: everybody asks while somebody talks, waits, is granted and releases.</summary>
    [Benchmark(OperationsPerInvoke = Talks * 2)]
    public int Contend()
    {
        int sent = 0;
        for (int talk = 0; talk < Talks; talk++)
        {
            _now_ms++;
            sent += Receive(1 + talk % Participants, _request.AsSpan(0, _request_bytes));
            sent += Receive(_arbiter.Talker ?? 1, _release.AsSpan(0, _release_bytes));
        }
        return sent;
    }

    private int Receive(int number, ReadOnlySpan<byte> message)
    {
        _effects.Clear();
        _arbiter.Receive(number, message, Instant.FromMilliseconds(_now_ms), _effects);
        return _effects.Count;
    }
}

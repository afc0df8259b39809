using BenchmarkDotNet.Attributes;
using MediaEngine.Floor;

namespace MediaEngine.Bench.Micro;

/// <summary>One floor control message with all it may carry, read and written.</summary>
[MemoryDiagnoser]
[MinColumn]
public class FloorMessageBenchmarks
{
    private FloorMessageWork _work = null!;

    [ParamsAllValues]
    public FloorMessageType Type { get; set; }

    [GlobalSetup]
    public void Setup() => _work = new FloorMessageWork(Type);

    [Benchmark]
    public int Read() => _work.Read();

    [Benchmark]
    public int Write() => _work.Write();
}

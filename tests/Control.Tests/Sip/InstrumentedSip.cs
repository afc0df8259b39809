using System.Numerics;
using System.Reflection;
using System.Runtime.Loader;
using MediaEngine.Sip;
using MediaEngine.SipFuzz;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>
/// A second copy of <c>MediaEngine.Sip</c> that counts its branches, and of the fuzzer's target on top of it: AFL++'s feedback, in
/// one process.
/// </summary>
internal sealed class InstrumentedSip
{
    private readonly byte[] _visits;
    private readonly FieldInfo _previous;

    public InstrumentedSip()
    {
        var context = new AssemblyLoadContext("instrumented");
        using (var image = new MemoryStream(CoverageInstrumenter.Instrument(typeof(SipParser).Assembly.Location)))
            context.LoadFromStream(image);
        // The copy of the target resolves MediaEngine.Sip within its context first.
        Assembly target = context.LoadFromAssemblyPath(typeof(SipFuzzTarget).Assembly.Location);
        Type coverage = context.Assemblies.Single(assembly => assembly.GetName().Name == "MediaEngine.Sip").GetType(CoverageInstrumenter.TypeName)!;
        _visits = (byte[])coverage.GetField(CoverageInstrumenter.FieldName)!.GetValue(null)!;
        _previous = coverage.GetField(CoverageInstrumenter.PreviousName)!;
        Run = target.GetType(typeof(SipFuzzTarget).FullName!)!.GetMethod(nameof(SipFuzzTarget.Read))!.CreateDelegate<Action<byte[]>>();
    }

    /// <summary>Puts octets through <see cref="SipFuzzTarget.Read"/> of the copy.</summary>
    public Action<byte[]> Run { get; }

    /// <summary>Runs the octets; true when a way was taken more often by an order of magnitude than in any run before.</summary>
    public bool FindsNew(byte[] octets, byte[] seen)
    {
        Array.Clear(_visits);
        _previous.SetValue(null, 0);
        Run(octets);
        bool found = false;
        for (int i = 0, next; (next = _visits.AsSpan(i).IndexOfAnyExcept((byte)0)) >= 0; i++)
        {
            i += next;
            byte bucket = (byte)(1 << Math.Min(7, BitOperations.Log2(_visits[i])));
            found |= (seen[i] & bucket) == 0;
            seen[i] |= bucket;
        }
        return found;
    }

    public static byte[] NewMap() => new byte[CoverageInstrumenter.Map_bytes];
}

namespace MediaEngine.Interop.Tests;

/// <summary>All cases as the analyser reads them, dissected once for all tests.</summary>
public sealed class FloorCaseDissection : IAsyncLifetime
{
    private readonly Dictionary<string, DissectedDatagram> _read = [];

    internal DissectedDatagram this[string name] => _read[name];

    public async ValueTask InitializeAsync()
    {
        FloorCase[] cases = [.. FloorCases.All.Values];
        DissectedDatagram[] datagrams = await FloorDissector.DissectAsync(cases.Select(known => known.Octets));
        Assert.Equal(cases.Length, datagrams.Length);
        foreach ((FloorCase known, DissectedDatagram read) in cases.Zip(datagrams))
            _read.Add(known.Name, read);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

namespace MediaEngine.Mcx;

/// <summary>Registrations by when they end, the first on top. Each knows its place, so that a refresh moves it and leaves nothing behind.</summary>
internal sealed class ExpiryHeap
{
    private readonly List<RegisteredClient> _heap = [];

    public RegisteredClient? First => _heap.Count > 0 ? _heap[0] : null;

    public void Add(RegisteredClient client)
    {
        client.Place = _heap.Count;
        _heap.Add(client);
        Update(client);
    }

    /// <summary>Its registration is another one.</summary>
    public void Update(RegisteredClient client) => RiseOrSink(client, client.Place);

    public void Remove(RegisteredClient client)
    {
        RegisteredClient last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last != client)
            RiseOrSink(last, client.Place);
    }

    private void RiseOrSink(RegisteredClient client, int place)
    {
        while (place > 0 && IsEarlier(client, _heap[(place - 1) / 2]))
        {
            Put(_heap[(place - 1) / 2], place);
            place = (place - 1) / 2;
        }
        for (int child = 2 * place + 1; child < _heap.Count; child = 2 * place + 1)
        {
            if (child + 1 < _heap.Count && IsEarlier(_heap[child + 1], _heap[child]))
                child++;
            if (!IsEarlier(_heap[child], client))
                break;
            Put(_heap[child], place);
            place = child;
        }
        Put(client, place);
    }

    private void Put(RegisteredClient client, int place)
    {
        _heap[place] = client;
        client.Place = place;
    }

    private static bool IsEarlier(RegisteredClient left, RegisteredClient right) => left.Registration.ExpiresAt < right.Registration.ExpiresAt;
}

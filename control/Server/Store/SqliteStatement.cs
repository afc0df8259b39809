using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MediaEngine.Server;

/// <summary>A statement without results that is run again and again: the provider's commands look at it anew each time.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private byte[] _text = new byte[256];

    /// <exception cref="SqliteException">As of every method here.</exception>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement), _database);
    }

    /// <summary>Sets a parameter, the first is 1; it stays set.</summary>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<char> text)
    {
        if (Encoding.UTF8.GetMaxByteCount(text.Length) is var most && most > _text.Length)
            _text = new byte[most];
        return Bind(parameter, _text.AsSpan(0, Encoding.UTF8.GetBytes(text, _text)));
    }

    /// <param name="parameter">The first is 1.</param>
    /// <param name="utf8">Not empty.</param>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> utf8)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_text(_statement, parameter, utf8), _database);
        return this;
    }

    public void Run()
    {
        int result = raw.sqlite3_step(_statement);
        // Says again what the step said.
        _ = raw.sqlite3_reset(_statement);
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, _database);
    }

    public void Dispose() => _statement.Dispose();
}

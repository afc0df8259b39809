using System.Runtime.InteropServices;
using System.Text.Json;
using MediaEngine.Mcx;
using Microsoft.Data.Sqlite;

namespace MediaEngine.Server;

/// <summary>
/// Durable state in one SQLite file: a row per record, its body as JSON. Write-ahead log with full synchronisation: a
/// commit that returned survives <c>kill -9</c> and power loss.
/// </summary>
public sealed class SqliteStore : IStore
{
    private const int SchemaVersion = 1;

    /// <summary>The provider repeats a statement on a locked file for 30 s unless told otherwise.</summary>
    private const int BusyTimeout_s = 1;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _delete;

    static SqliteStore()
    {
        // The system's library gets the distribution's security fixes; the provider asks for it by another name.
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    /// <exception cref="ConfigurationException">The file cannot be opened, or was written by a newer version.</exception>
    public SqliteStore(string path)
    {
        try
        {
            _connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Pooling = false,
                DefaultTimeout = BusyTimeout_s,
            }.ToString());
            _connection.Open();
            Execute("PRAGMA journal_mode=WAL");
            Execute("PRAGMA synchronous=FULL");
            // A second server on the same file would answer for state it does not know: it must fail, now.
            Execute("PRAGMA locking_mode=EXCLUSIVE");
            Execute("BEGIN EXCLUSIVE");
            long version = (long)Scalar("PRAGMA user_version")!;
            if (version > SchemaVersion)
                throw new ConfigurationException($"{path}: written by a newer version (schema {version}, this one knows {SchemaVersion}); use that version or another store.");
            Execute("CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID");
            Execute($"PRAGMA user_version={SchemaVersion}");
            Execute("COMMIT");
        }
        catch (ConfigurationException)
        {
            _connection?.Dispose();
            throw;
        }
        catch (SqliteException e)
        {
            _connection?.Dispose();
            throw new ConfigurationException($"{path}: the store cannot be opened ({e.Message}); check its folder and permissions, and that no other server uses it.", e);
        }
        catch (DllNotFoundException e)
        {
            throw new ConfigurationException("libsqlite3.so.0 is not installed; install the Debian package libsqlite3-0.", e);
        }
        _put = Prepare("INSERT INTO record (kind, id, body) VALUES ($kind, $id, $body) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body", "$kind", "$id", "$body");
        _delete = Prepare("DELETE FROM record WHERE kind = $kind AND id = $id", "$kind", "$id");
    }

    public DurableState Load() => new()
    {
        Registrations = Read(RecordJson.Default.Registration),
        Affiliations = Read(RecordJson.Default.Affiliation),
        Regroups = Read(RecordJson.Default.PreconfiguredRegroup),
        ServerSsrcs = Read(RecordJson.Default.ServerSsrcReservation).SingleOrDefault(),
    };

    public void Commit(IReadOnlyList<StoreChange> changes)
    {
        if (changes.Count == 0)
            return;
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (StoreChange change in changes)
            Apply(change, transaction);
        transaction.Commit();
    }

    public void Dispose()
    {
        _put.Dispose();
        _delete.Dispose();
        _connection.Dispose();
    }

    private void Apply(StoreChange change, SqliteTransaction transaction)
    {
        switch (change)
        {
            case StoreChange.Put put:
                Type kind = put.Record.GetType();
                Run(_put, transaction, kind.Name, put.Record.Id,
                    JsonSerializer.Serialize(put.Record, RecordJson.Default.GetTypeInfo(kind)!));
                break;
            case StoreChange.Delete delete:
                Run(_delete, transaction, delete.Kind.Name, delete.Id);
                break;
        }
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<string> values)
    {
        command.Transaction = transaction;
        for (int i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }

    private List<T> Read<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        using SqliteCommand command = Prepare("SELECT id, body FROM record WHERE kind = $kind ORDER BY id", "$kind");
        command.Parameters[0].Value = typeof(T).Name;
        using SqliteDataReader reader = command.ExecuteReader();
        var records = new List<T>();
        while (reader.Read())
            records.Add(Parse(reader.GetString(0), reader.GetString(1), type));
        return records;
    }

    private T Parse<T>(string id, string body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new ConfigurationException(
                $"{_connection.DataSource}: the {typeof(T).Name} {id} cannot be read ({e.Message.TrimEnd('.')}); restore the store from a backup, or remove that row of the table record.", e);
        }
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes a constant
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (string parameter in parameters)
            command.Parameters.Add(parameter, SqliteType.Text);
        return command;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = Prepare(sql);
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql)
    {
        using SqliteCommand command = Prepare(sql);
        return command.ExecuteScalar();
    }
}
